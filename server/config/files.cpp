#include "config/files.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace webhookd::config {

namespace {

constexpr std::size_t file_size_max = 1u << 20;

std::string reason(int error)
{
    return std::generic_category().message(error);
}

class descriptor {
public:
    explicit descriptor(int fd) : fd_{fd} {}

    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    ~descriptor()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

    int get() const { return fd_; }

private:
    int fd_;
};

file_content read_to_end(int fd, std::size_t most)
{
    file_content out;
    while (out.bytes.size() < most) {
        const std::size_t before = out.bytes.size();
        out.bytes.resize(std::min(most, before + 16'384));
        const ssize_t n = ::read(fd, out.bytes.data() + before, out.bytes.size() - before);
        const int error = errno;
        out.bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
        if (n < 0 && error == EINTR)
            continue;
        if (n < 0)
            return {{}, reason(error)};
        if (n == 0)
            break;
    }
    return out;
}

file_content read_regular_file(const std::string& path)
{
    // O_NONBLOCK: a pipe must not hold us up before we see that it is one.
    const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.get() < 0)
        return {{}, reason(errno)};
    struct stat about{};
    if (::fstat(file.get(), &about) != 0)
        return {{}, reason(errno)};
    if (S_ISDIR(about.st_mode))
        return {{}, "it is a folder"};
    if (!S_ISREG(about.st_mode))
        return {{}, "it is not a regular file"};
    file_content out = read_to_end(file.get(), file_size_max + 1);
    if (out.bytes.size() > file_size_max)
        return {{}, "it is larger than 1 MiB"};
    return out;
}

}  // namespace

file_content read_any_file(const std::string& path, std::size_t most)
{
    const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    return file.get() < 0 ? file_content{{}, reason(errno)} : read_to_end(file.get(), most);
}

surroundings real_surroundings(std::string folder)
{
    surroundings out;
    out.folder = std::move(folder);
    out.env = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value ? std::optional<std::string>{value} : std::nullopt;
    };
    out.read_file = read_regular_file;
    out.is_folder = [](const std::string& path) {
        std::error_code ec;
        return std::filesystem::is_directory(path, ec);
    };
    return out;
}

}  // namespace webhookd::config
