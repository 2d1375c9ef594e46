#pragma once

#include "dispatch/sink.hpp"

#include <boost/asio/thread_pool.hpp>

#include <optional>
#include <string>
#include <vector>

namespace webhookd {

/// What a lookup found, or why nothing.
using found_addresses = result<std::vector<tcp::endpoint>>;

/// Looks names up, one after the other, on a thread of its own: the system's resolver blocks, and a
/// name server that does not answer holds up nobody else's lookups. Nothing is remembered, so that
/// a change is seen. Used on the thread of `ex` alone.
class name_lookup {
public:
    explicit name_lookup(executor ex) : ex_{ex} {}

    /// @return None: it took longer than `until`. It cannot be stopped, only left behind.
    task<std::optional<found_addresses>> look_up(
        std::string host, std::string port, steady::time_point until
    );

private:
    const executor ex_;
    std::optional<asio::thread_pool> thread_;  ///< From the first lookup on.
};

}  // namespace webhookd
