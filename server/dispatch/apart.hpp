#pragma once

#include "commit/committer.hpp"
#include "dispatch/delivery.hpp"
#include "dispatch/dispatcher.hpp"
#include "dispatch/outlet.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace webhookd {

/// Deliveries beside the live ones: replays, and dead letters that are tried again. They go
/// through the same sinks, with half of their concurrency, touch no cursor, and leave the order
/// of live deliveries alone: a replay only repeats what its sink has done.
///
/// Where a sink finds its place by its own output, its cursor is saved before older events are
/// written behind newer ones, so that a crash in between cannot mislead it.
///
/// One thread, but for `cancel` and `list`.
class apart {
public:
    apart(delivery_context& shared, std::span<const std::unique_ptr<outlet>> outlets);

    /// @error not_found  No sink of that name. invalid_argument  `from` is above `to`.
    result<std::uint64_t> start(const replay_request& what);
    bool cancel(std::uint64_t number);
    std::vector<replay_status> list() const;

    /// Counts the letters, says so by `done`, and tries each once. @error not_found
    task<> retry(dead_letter_filter which, std::function<void(result<std::uint64_t>)> done);

    /// Everything ends soon.
    void abort();
    /// Until everything has ended.
    task<> join();

private:
    struct job {
        replay_status told;  ///< Under the mutex.
        std::atomic<bool> cancelled{false};
    };

    /// Events that are delivered together, and what became of each.
    struct chunk {
        outlet* to = nullptr;
        std::vector<const event*> events;
        std::vector<bool> delivered;
        std::uint32_t attempts_max = 1;
        const std::atomic<bool>* cancelled = nullptr;
    };

    task<> replay(std::shared_ptr<job> j);
    task<bool> replay_some(job& j);
    task<> deliver(chunk& c);
    task<> deliver_keyed(chunk& c);
    task<> deliver_batch(chunk& c);
    task<> work(chunk& c, std::vector<std::vector<std::size_t>>& groups, std::size_t& running);
    task<> deliver_one(chunk& c, std::size_t index);
    task<attempt> try_batch(outlet& to, std::span<const event* const> batch);
    task<bool> pause(const chunk& c, const attempt& a, std::uint32_t failures);
    task<> wait(steady::duration time);
    task<std::uint64_t> retry_page(
        const dead_letter_filter& which, std::uint64_t after, std::uint64_t last
    );
    task<> end_job(std::shared_ptr<job> j, std::string state);

    bool over(const chunk& c) const { return aborted_ || (c.cancelled && *c.cancelled); }

    outlet* find(const std::string& name) const;

    delivery_context& shared_;
    const std::span<const std::unique_ptr<outlet>> outlets_;
    signal changed_;
    bool aborted_ = false;
    std::size_t running_ = 0;

    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<job>> jobs_;
    std::uint64_t last_number_ = 0;
};

}  // namespace webhookd
