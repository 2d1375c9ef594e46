#pragma once

#include "base/error.hpp"

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace webhookd {

/// What the last system call failed with.
inline error_code last_system_error() noexcept
{
    return {errno, boost::system::system_category()};
}

/// A file descriptor that closes itself.
class owned_fd {
public:
    owned_fd() = default;

    explicit owned_fd(int fd) : fd_{fd} {}

    owned_fd(owned_fd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

    owned_fd& operator=(owned_fd&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }

    ~owned_fd()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

    int get() const noexcept { return fd_; }

    int release() noexcept { return std::exchange(fd_, -1); }

    explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    int fd_ = -1;
};

}  // namespace webhookd
