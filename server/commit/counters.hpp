#pragma once

#include "base/histogram.hpp"
#include "event/event.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <utility>

namespace webhookd {

/// What commits have counted, for the metrics.
struct commit_counts {
    std::map<std::string, std::uint64_t> events_by_type;  ///< webhook_events_total
    /// webhook_failures_total, by the provider's code and our category.
    std::map<std::pair<std::string, std::string>, std::uint64_t> failures;
    std::uint64_t gaps_opened = 0;      ///< webhook_sent_gaps_total
    std::uint64_t gaps_closed = 0;      ///< webhook_sent_gaps_closed_total
    histogram_snapshot lag_seconds;     ///< From an event's own time to its commit.
    histogram_snapshot commit_seconds;  ///< store_commit_duration_seconds
    histogram_snapshot batch_events;    ///< store_batch_events: requests a commit.
};

/// Counts the writer's commits. `commit` is the writer's own; `snapshot` is for any thread.
class commit_counters {
public:
    commit_counters();

    /// A commit that succeeded.
    /// @param entries  What was committed; the receipts' texts are still alive.
    /// @param made  The new events; may be null.
    void commit(
        std::span<const commit_entry> entries,
        const event_batch* made,
        std::chrono::steady_clock::duration took
    );

    /// Events of the store's own making.
    void made(const event_batch& events);

    commit_counts snapshot() const;

private:
    void count_type(const std::string& type);
    void count_failure(const receipt& r);

    /// So many codes are told apart, the rest is `other`: they come from outside.
    static constexpr std::size_t codes_max = 100;

    histogram<12> lag_;
    histogram<14> took_;
    histogram<10> batch_;
    mutable std::mutex mutex_;  ///< Guards the maps; taken once a commit.
    std::map<std::string, std::uint64_t> types_;
    std::map<std::pair<std::string, std::string>, std::uint64_t> failures_;
    std::uint64_t gaps_opened_ = 0, gaps_closed_ = 0;
};

}  // namespace webhookd
