#pragma once

#include "admin/settings.hpp"
#include "commit/committer.hpp"
#include "commit/counters.hpp"
#include "dispatch/dispatcher.hpp"
#include "event/event.hpp"
#include "ingress/stats.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

/// The second port: health, metrics, queries, the live tail, and what operators do to sinks and
/// dead letters. One thread of its own; it reads the store through a connection of its own and
/// writes only by handing work to the writer, so it can slow nothing down.
namespace webhookd {

/// What the admin listener asks the rest of the daemon. Every function may be called by the admin
/// thread at any time between `start` and `stop`; an empty one leaves its part out.
struct admin_sources {
    std::unique_ptr<store_reader> reader;  ///< Never null.

    std::function<bool(committer::task)> run;  ///< As `committer::run`. Never empty.
    std::function<const committer_stats&()> commits;
    std::function<commit_counts()> counts;
    std::function<store_size()> size;

    std::function<std::vector<sink_status>()> sinks;
    std::function<void(dead_letter_filter, std::function<void(result<std::uint64_t>)>)>
        retry_dead_letters;
    std::function<void(replay_request, std::function<void(result<std::uint64_t>)>)> start_replay;
    std::function<bool(std::uint64_t)> cancel_replay;
    std::function<std::vector<replay_status>()> replays;

    std::function<ingress_snapshot()> ingress;
    std::function<std::vector<std::string>()> readiness;  ///< Why not ready; empty: ready.
    std::function<bool()> config_good;                    ///< Did the last reload succeed?

    /// Every event type that webhooks may become, so that their counters start at 0.
    std::vector<std::string> event_types;
};

/// Fills in what the committer and the dispatcher answer; both outlive the admin server.
admin_sources make_admin_sources(
    std::unique_ptr<store_reader> reader, committer& commits, dispatcher& dispatch
);

/// The address cannot be had: exit code 69.
class admin_bind_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class admin_server {
public:
    /// Binds the address.
    /// @throws admin_bind_error; std::invalid_argument  for an address that is none, or one that
    ///         is neither loopback nor a unix socket while there is no token.
    admin_server(const admin_settings& settings, admin_sources sources);
    /// Stops as `stop` does.
    ~admin_server();

    /// Starts the thread: from here on requests are answered.
    void start();

    /// Events just committed, for the live streams. Any thread; never blocks.
    void publish(shared_batch batch);

    /// Ends every connection and the thread. Idempotent.
    void stop();

    /// Where it is bound: `127.0.0.1:9464`, `[::1]:9464`, or `unix:/path`.
    const std::string& address() const noexcept;

    /// Its port; 0 for a unix socket.
    std::uint16_t port() const noexcept;

private:
    class body;
    std::unique_ptr<body> body_;
};

}  // namespace webhookd
