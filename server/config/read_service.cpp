#include "config/addresses.hpp"
#include "config/scalars.hpp"
#include "config/secrets.hpp"
#include "config/sections.hpp"

#include <algorithm>
#include <filesystem>

namespace webhookd::config {

namespace {

constexpr std::string_view unix_prefix = "unix:";

// @return whether it can be reached from this machine alone.
bool read_admin_address(section& s, admin_settings& out)
{
    std::string text;
    if (!s.text("address", text))
        return true;
    if (text.starts_with(unix_prefix)) {
        const std::string path = s.to().absolute(text.substr(unix_prefix.size()));
        constexpr std::size_t most = 107;  // sockaddr_un on Linux
        if (text.size() == unix_prefix.size() || path.size() > most)
            s.problem("address", "behind `unix:` comes a path of at most 107 bytes");
        out.address = std::string{unix_prefix} + path;
        return true;
    }
    const auto address = parse_socket_address(text);
    if (!address) {
        s.problem(
            "address",
            "`address` must be an IP address and a port such as 127.0.0.1:9464, or "
            "unix:/path/to/socket, not `" +
                text + "`"
        );
        return true;
    }
    out.address = address->text;
    return address->loopback;
}

}  // namespace

void read_admin(section& root, std::optional<admin_settings>& out)
{
    if (root.is_said("admin", "off")) {
        out.reset();
        return;
    }
    admin_settings& admin = out.emplace();
    root.map("admin", [&](section& s) {
        const bool local = read_admin_address(s, admin);
        read_optional_secret(s, "token", admin.token);
        if (!local && (!s.has("token") || s.is_said("token", "off")))
            s.problem(
                "address",
                "an admin address that other machines reach needs a `token`; give one, or use "
                "127.0.0.1 or a unix socket"
            );
    });
}

void read_store(section& s, store_settings& out)
{
    using namespace std::chrono;
    s.path("path", out.path);
    const std::string folder = std::filesystem::path{out.path}.parent_path().string();
    if (!s.to().outside.is_folder(folder))
        s.to().found.note(
            s.place("path"), "the folder " + folder + " does not exist; make it before `serve`"
        );
    s.choice("durability", out.durability, {{"fsync", durability::fsync}, {"os", durability::os}});
    // A repeat is only known for as long as events are kept, and providers repeat for days.
    s.duration("retention", out.retention, {.least = hours{7 * 24}});
    s.duration("messages_retention", out.messages_retention);
    s.size("max_size", out.max_size, {.least = 1ull << 20, .most = 1ull << 46});
    s.choice(
        "duplicates",
        out.duplicates,
        {{"suppress", duplicates::suppress}, {"mark", duplicates::mark}}
    );
    if (out.messages_retention < out.retention)
        s.problem(
            "messages_retention",
            "`messages_retention` (" + print_duration(out.messages_retention) +
                ") must be at least `retention` (" + print_duration(out.retention) +
                "): an event needs its message"
        );
}

void read_correlation(section& s, store_settings& out)
{
    s.flag("enabled", out.correlate);
    if (s.is_said("stuck_after", "off"))
        return;
    std::chrono::seconds stuck_after{0};
    s.duration("stuck_after", stuck_after);
    if (stuck_after.count() == 0)
        return;
    out.stuck_after = stuck_after;
    if (!out.correlate)
        s.problem("stuck_after", "`stuck_after` needs `correlation.enabled: true`");
    if (stuck_after >= out.retention)
        s.problem(
            "stuck_after",
            "`stuck_after` must be less than `store.retention` (" + print_duration(out.retention) +
                "): later the `sent` event is gone"
        );
}

void read_log(section& s, log_settings& out)
{
    s.choice(
        "level",
        out.level,
        {{"debug", log::level::debug},
         {"info", log::level::info},
         {"warn", log::level::warn},
         {"error", log::level::error}}
    );
    s.choice("format", out.format, {{"json", log::format::json}, {"text", log::format::text}});
}

void read_shutdown(section& s, shutdown_settings& out)
{
    const duration_bounds hour{
        .least = std::chrono::milliseconds{0}, .most = std::chrono::hours{1}
    };
    s.duration("delay", out.delay, hour);
    s.duration("grace", out.grace, hour);
}

}  // namespace webhookd::config
