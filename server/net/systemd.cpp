#include "net/systemd.hpp"

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace webhookd::systemd {

void notify(std::string_view state) noexcept
{
    const char* const path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (path == nullptr || (path[0] != '/' && path[0] != '@') ||
        std::strlen(path) >= sizeof address.sun_path)
        return;
    const std::size_t length = std::strlen(path);
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@')
        address.sun_path[0] = '\0';  // the abstract namespace, unix(7)
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    // A manager that does not listen any more is no reason to stop.
    [[maybe_unused]] const auto sent = ::sendto(
        fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address), size
    );
    ::close(fd);
}

std::optional<std::chrono::microseconds> watchdog_interval() noexcept
{
    const char* const text = std::getenv("WATCHDOG_USEC");
    if (text == nullptr)
        return std::nullopt;
    long long usec = 0;
    const auto [end, ec] = std::from_chars(text, text + std::strlen(text), usec);
    if (ec != std::errc{} || *end != '\0' || usec < 2)
        return std::nullopt;
    return std::chrono::microseconds{usec / 2};
}

}  // namespace webhookd::systemd
