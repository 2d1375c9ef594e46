#include "commit/counters.hpp"

namespace webhookd {

commit_counters::commit_counters()
    : lag_{{0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 21600, 86400}},
      took_{{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5}
      },
      batch_{{1, 2, 5, 10, 20, 50, 100, 200, 350, 512}}
{
}

void commit_counters::count_type(const std::string& type)
{
    const auto at = types_.find(type);
    if (at != types_.end())
        ++at->second;
    else
        types_.emplace(type, 1);
}

void commit_counters::count_failure(const receipt& r)
{
    std::pair<std::string, std::string> key{r.error_code, name(r.category)};
    if (failures_.size() >= codes_max && failures_.find(key) == failures_.end())
        key.first = "other";
    ++failures_[std::move(key)];
}

void commit_counters::commit(
    std::span<const commit_entry> entries,
    const event_batch* made,
    std::chrono::steady_clock::duration took
)
{
    took_.observe(std::chrono::duration<double>(took).count());
    batch_.observe(static_cast<double>(entries.size()));
    const std::lock_guard lock{mutex_};
    for (const commit_entry& entry : entries) {
        gaps_opened_ += entry.gap == sent_gap::opened ? 1 : 0;
        gaps_closed_ += entry.gap == sent_gap::closed ? 1 : 0;
        if (!entry.duplicate && entry.in->status == delivery_status::delivery_failed)
            count_failure(*entry.in);
    }
    if (made == nullptr)
        return;
    for (const event& e : made->events) {
        count_type(e.type);
        lag_.observe(std::chrono::duration<double>(e.recorded - e.time).count());
    }
}

void commit_counters::made(const event_batch& events)
{
    const std::lock_guard lock{mutex_};
    for (const event& e : events.events)
        count_type(e.type);
}

commit_counts commit_counters::snapshot() const
{
    commit_counts out;
    out.lag_seconds = lag_.snapshot();
    out.commit_seconds = took_.snapshot();
    out.batch_events = batch_.snapshot();
    const std::lock_guard lock{mutex_};
    out.events_by_type = types_;
    out.failures = failures_;
    out.gaps_opened = gaps_opened_;
    out.gaps_closed = gaps_closed_;
    return out;
}

}  // namespace webhookd
