#pragma once

#include "base/error.hpp"
#include "commit/counters.hpp"
#include "event/receipt.hpp"
#include "store/store.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

/// Group commit: the one place where threads meet. Network threads hand receipts over; the writer
/// thread, which owns the store, takes whatever has queued up (no artificial delay), commits it in
/// one transaction, tells each network thread once of all its finished requests, and passes the
/// new events on to the dispatcher.
namespace webhookd {

class completion_inbox;

/// A request on its way to the disk and back. Owned by the committer between `submit` and
/// `completion_inbox::deliver`, by the network thread otherwise.
struct submission {
    receipt in;
    error_code outcome;  ///< None: durable. Else store_failed, store_full, stopping.
    bool duplicate = false;
    completion_inbox* home = nullptr;  ///< Who is told; outlives the committer.
    void* waiter = nullptr;            ///< For the network thread alone: the session, or null.
};

/// A network thread's side of the hand-over.
class completion_inbox {
public:
    virtual ~completion_inbox() = default;
    /// Called on the writer thread, once a commit, with all of this thread's submissions of it.
    virtual void deliver(std::vector<std::unique_ptr<submission>> finished) = 0;
};

struct committer_settings {
    std::uint64_t queue_bytes_max = 64ull << 20;  ///< `limits.max_queue`: bodies waiting.
    /// Called on the writer thread once the store says `lost`; it should end the process.
    std::function<void()> on_lost = {};
};

/// What the committer counts; relaxed atomics, read by the metrics.
struct committer_stats {
    std::atomic<std::uint64_t> commits{0}, events{0}, duplicates{0}, failures{0};
    std::atomic<std::uint64_t> queue_bytes{0};
    std::atomic<bool> failing{false};  ///< The last commit failed and no probe has worked since.
    std::atomic<bool> full{false};     ///< The store is at `max_size`.
};

class committer {
public:
    using on_events = std::function<void(shared_batch)>;
    using task = std::function<void(store&)>;

    /// Starts the writer thread. `told` is called on it after each commit that made events.
    committer(std::unique_ptr<store> kept, committer_settings settings, on_events told);
    /// Stops as `stop` does.
    ~committer();

    /// Hands a receipt over. Any thread; takes the queue's lock for a moment.
    /// @error queue_full, store_failed, store_full (known beforehand), stopping: `s` is untouched.
    error_code submit(std::unique_ptr<submission>& s);

    /// Would `submit` take a body of `bytes` now? Lock-free; to refuse before reading a body.
    error_code ready_for(std::uint64_t bytes) const noexcept;

    /// Runs `work` on the writer thread between commits: the way to every other write of the
    /// store. It reports its own result. Any thread. False: stopping, `work` was dropped.
    bool run(task work);

    /// The least cursor of the configured sinks: nothing above it is pruned. Any thread.
    void set_low_water(std::uint64_t sequence) noexcept { low_water_ = sequence; }

    /// Commits what is queued, then ends the thread. Idempotent.
    void stop();

    const committer_stats& stats() const noexcept { return stats_; }

    /// Counts by type and code, and durations. Any thread.
    commit_counts counts() const { return counters_.snapshot(); }

    /// As of the last commit or upkeep. Any thread.
    store_size size() const;

private:
    using submissions = std::vector<std::unique_ptr<submission>>;

    void run_writer();
    bool wait(std::vector<task>& tasks, submissions& taken);
    void commit_all(submissions& taken);
    void commit_batch(submissions& batch);
    void answer(submissions& batch);
    void tell(shared_batch events);
    void note_outcome(const error_code& failed);
    void recover();
    void upkeep();
    void look_for_loss();

    std::unique_ptr<store> store_;
    boost::asio::thread_pool beside_{1};  ///< For the store's long upkeep.
    committer_settings settings_;
    const on_events told_;
    committer_stats stats_;
    commit_counters counters_;
    std::atomic<std::uint64_t> low_water_{0};

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::atomic<bool> stopping_{false};
    bool asleep_ = false;  ///< The writer waits, and has to be woken.
    submissions queue_;
    std::vector<task> tasks_;
    store_size size_;
    std::chrono::steady_clock::time_point next_probe_{};  ///< The writer's.
    std::thread writer_;
};

}  // namespace webhookd
