#include "store/sqlite/lock_file.hpp"

#include "base/log.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace webhookd::sqlite {

namespace {

int open_private(const std::string& path)
{
    return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

error_code cannot_make(const std::string& path)
{
    log::error(
        "the store's file cannot be opened or made",
        {{"file.path", std::string_view{path}},
         {"error.message", std::string_view{std::strerror(errno)}}}
    );
    return errc::store_failed;
}

}  // namespace

lock_file::~lock_file()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

lock_file::lock_file(lock_file&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)}
{
}

lock_file& lock_file::operator=(lock_file&& other) noexcept
{
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

result<lock_file> lock_file::acquire(const std::string& store_path)
{
    const std::string path = store_path + ".lock";
    lock_file out;
    out.descriptor_ = open_private(path);
    if (out.descriptor_ < 0)
        return cannot_make(path);
    int failed = 0;
    do {
        failed = ::flock(out.descriptor_, LOCK_EX | LOCK_NB);
    } while (failed != 0 && errno == EINTR);
    if (failed == 0)
        return out;
    return errno == EWOULDBLOCK ? error_code{errc::store_locked} : cannot_make(path);
}

error_code make_private_file(const std::string& path)
{
    const int descriptor = open_private(path);
    if (descriptor < 0)
        return cannot_make(path);
    ::close(descriptor);
    return {};
}

}  // namespace webhookd::sqlite
