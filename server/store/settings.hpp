#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace webhookd {

/// When a commit counts as durable.
enum class durability : std::uint8_t {
    fsync,  ///< Every commit is synced to the disk: survives power loss.
    os      ///< Left to the operating system: survives kill -9, not power loss.
};

/// What happens to a repeat of a known event; it is answered 200 either way.
enum class duplicates : std::uint8_t {
    suppress,  ///< Counted, not told.
    mark       ///< Told again as an event of its own with `"duplicate":true`, not stored as a new
               ///< identity.
};

/// `store:` and `correlation:` of the config. The defaults are what we run.
struct store_settings {
    std::string path = "events.db";
    webhookd::durability durability = durability::fsync;
    std::chrono::seconds retention{7 * 24 * 3600};  ///< Events; at least 7 days for dedup.
    std::chrono::seconds messages_retention{
        30 * 24 * 3600
    };  ///< Messages, conversations, campaigns.
    std::uint64_t max_size = 10ull << 30;  ///< Bytes of database and WAL.
    webhookd::duplicates duplicates = duplicates::suppress;
    bool correlate = true;  ///< `correlation.enabled`.
    std::optional<std::chrono::seconds> stuck_after = {
    };  ///< `correlation.stuck_after`; none: off.
};

}  // namespace webhookd
