#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace webhookd {

/// A piece of memory that owns the bytes of a request, from the socket to the sinks, so that the
/// body is never copied. It always has `padding` readable bytes behind its capacity, which
/// simdjson needs (its SIMDJSON_PADDING), so a body in it can be parsed where it lies.
/// Moving keeps the address of the bytes.
class block {
public:
    static constexpr std::size_t padding = 64;

    block() = default;

    /// Room for `capacity` bytes; the padding comes on top, zeroed.
    explicit block(std::size_t capacity)
        : bytes_{static_cast<char*>(::operator new(capacity + padding))}, capacity_{capacity}
    {
        std::memset(bytes_.get() + capacity, 0, padding);
    }

    char* data() noexcept { return bytes_.get(); }

    const char* data() const noexcept { return bytes_.get(); }

    std::size_t capacity() const noexcept { return capacity_; }

    explicit operator bool() const noexcept { return bytes_ != nullptr; }

    block(block&& other) noexcept
        : bytes_{std::move(other.bytes_)}, capacity_{std::exchange(other.capacity_, 0)}
    {
    }

    block& operator=(block&& other) noexcept
    {
        bytes_ = std::move(other.bytes_);
        capacity_ = std::exchange(other.capacity_, 0);
        return *this;
    }

private:
    struct release {
        void operator()(char* p) const noexcept { ::operator delete(p); }
    };

    std::unique_ptr<char, release> bytes_;
    std::size_t capacity_ = 0;
};

}  // namespace webhookd
