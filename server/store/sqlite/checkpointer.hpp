#pragma once

#include "store/sqlite/database.hpp"
#include "store/store.hpp"

#include <atomic>
#include <string>

namespace webhookd::sqlite {

/// Takes the log into the file on a connection of its own, beside the writer, so that no commit
/// waits for it: a copy of 32 MiB and its sync take tens of milliseconds.
///
/// The log starts over only once all of it has been copied, and under load commits always add to
/// it. So this one copies until little is left, and the writer copies that little (`space`).
/// `copy` runs on a thread that the caller lends; all else is the writer's.
class checkpointer {
public:
    /// @throws sqlite_error where the file cannot be opened.
    checkpointer(const std::string& path, run_beside run);

    /// Begins to copy, unless it is at that already. What fails is left to the writer's turn, which
    /// fails in the same way and reports it.
    void start();

    /// Is the rest the writer's turn? `finish` says that it took it.
    bool finished() const noexcept { return state_ == state::finished; }

    void finish() noexcept { state_ = state::idle; }

    /// Did the system fail to sync? Then the log must not start over.
    bool sync_failed() const noexcept { return sync_failed_; }

    void keep_log() noexcept { database_.keep_log(true); }

private:
    enum class state { idle, copying, finished };

    void copy();
    bool sync();

    database database_;
    const run_beside run_;
    std::atomic<state> state_ = state::idle;
    std::atomic<bool> sync_failed_ = false;
};

}  // namespace webhookd::sqlite
