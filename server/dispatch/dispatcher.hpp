#pragma once

#include "base/error.hpp"
#include "commit/committer.hpp"
#include "event/event.hpp"
#include "sinks/settings.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The way out: one thread that runs the sinks, each with its own cursor. A sink that is caught up
/// is handed the events just committed from memory; one that has fallen behind reads them from the
/// store. A slow or dead sink slows nobody else down.
namespace webhookd {

/// What is told of a sink: `GET /v1/sinks`, metrics.
struct sink_status {
    std::string name;
    std::string type;          ///< file, stdout, http, nats
    std::uint64_t cursor = 0;  ///< Everything up to this sequence is done.
    std::uint64_t lag_events = 0;
    double lag_seconds = 0;          ///< Age of the oldest event that is not done; 0: none.
    std::uint64_t delivered = 0;     ///< Events, since start.
    std::uint64_t attempts = 0;      ///< Since start.
    std::uint64_t failures = 0;      ///< Attempts that failed, since start.
    std::string breaker = "closed";  ///< closed, open, half_open
    std::string last_error;          ///< Of the last failed attempt; empty: none yet.
    bool configured = true;          ///< False: only its cursor is left in the store.
};

/// A replay of stored events to one sink, beside live delivery.
struct replay_request {
    std::string sink;
    std::uint64_t from = 1, to = UINT64_MAX;  ///< Sequences, both included.
};

struct replay_status {
    std::uint64_t number = 0;
    std::string sink;
    std::uint64_t from = 0, to = 0, at = 0;
    std::uint64_t delivered = 0, failed = 0;
    std::string state = "running";  ///< running, done, cancelled, failed
};

class dispatcher {
public:
    /// Checks that every sink can be made (a directory that is missing, a CA that cannot be read).
    /// @throws std::runtime_error  with a sentence that names the sink and the remedy.
    dispatcher(std::vector<sink_settings> sinks, store_settings store);
    ~dispatcher();

    /// Starts the thread. `committer` outlives the dispatcher; cursors and dead letters are
    /// written through it.
    void start(committer& commits);

    /// Events just committed, in order. Any thread; never blocks.
    void publish(shared_batch batch);

    /// Reopens files (SIGUSR1). Any thread.
    void reopen();

    /// Lets the sinks finish what is committed for up to `grace`, saves their cursors, ends the
    /// thread. The committer must still run.
    void stop(std::chrono::milliseconds grace);

    /// Any thread.
    std::vector<sink_status> status() const;

    /// Tries dead letters again: each that succeeds is gone. `done` gets the number of letters
    /// that were put up for a retry; called on the dispatch thread.
    void retry_dead_letters(
        dead_letter_filter which, std::function<void(result<std::uint64_t>)> done
    );

    /// @error not_found  No sink of that name.
    void start_replay(replay_request what, std::function<void(result<std::uint64_t>)> done);
    bool cancel_replay(std::uint64_t number);
    std::vector<replay_status> replays() const;

private:
    class body;
    std::unique_ptr<body> body_;
};

}  // namespace webhookd
