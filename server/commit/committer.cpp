#include "commit/committer.hpp"

#include "base/log.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace webhookd {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// A commit takes this much at most, so that what waits behind it does not wait for long, and a
// failed one is not too large to be made at all.
constexpr std::size_t batch_events_max = 512;
constexpr std::size_t batch_bytes_max = 8u << 20;
constexpr auto probe_every = 250ms;
constexpr auto upkeep_every = 100ms;

error_code state_of(const committer_stats& stats)
{
    if (stats.full.load(std::memory_order_relaxed))
        return errc::store_full;
    if (stats.failing.load(std::memory_order_relaxed))
        return errc::store_failed;
    return {};
}

}  // namespace

committer::committer(std::unique_ptr<store> kept, committer_settings settings, on_events told)
    : store_{std::move(kept)}, settings_{std::move(settings)}, told_{std::move(told)}
{
    // Where this fails, the store has logged why, and does that work between commits.
    static_cast<void>(store_->lend_thread([this](std::function<void()> work) {
        boost::asio::post(beside_, std::move(work));
    }));
    size_ = store_->size();
    writer_ = std::thread{[this] { run_writer(); }};
}

committer::~committer()
{
    stop();
}

error_code committer::ready_for(std::uint64_t bytes) const noexcept
{
    if (stopping_.load(std::memory_order_relaxed))
        return errc::stopping;
    if (const error_code failing = state_of(stats_))
        return failing;
    // An empty queue takes a body of any size, or one over the limit could never get in.
    const std::uint64_t queued = stats_.queue_bytes.load(std::memory_order_relaxed);
    if (queued != 0 && queued + bytes > settings_.queue_bytes_max)
        return errc::queue_full;
    return {};
}

error_code committer::submit(std::unique_ptr<submission>& s)
{
    const std::uint64_t bytes = s->in.body.size();
    bool wake = false;
    {
        const std::lock_guard lock{mutex_};
        if (const error_code refused = ready_for(bytes))
            return refused;
        stats_.queue_bytes.fetch_add(bytes, std::memory_order_relaxed);
        queue_.push_back(std::move(s));
        wake = std::exchange(asleep_, false);
    }
    if (wake)
        wake_.notify_one();
    return {};
}

bool committer::run(task work)
{
    bool wake = false;
    {
        const std::lock_guard lock{mutex_};
        if (stopping_.load(std::memory_order_relaxed))
            return false;
        tasks_.push_back(std::move(work));
        wake = std::exchange(asleep_, false);
    }
    if (wake)
        wake_.notify_one();
    return true;
}

void committer::stop()
{
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        asleep_ = false;
    }
    wake_.notify_one();
    if (writer_.joinable())
        writer_.join();
    beside_.join();
}

store_size committer::size() const
{
    const std::lock_guard lock{mutex_};
    return size_;
}

// Waits for work, or until upkeep is due. False: stopping, and nothing is left.
bool committer::wait(std::vector<task>& tasks, submissions& taken)
{
    std::unique_lock lock{mutex_};
    const bool busy = store_->upkeep_pending() && !stats_.failing;
    if (queue_.empty() && tasks_.empty() && !stopping_ && !busy) {
        asleep_ = true;
        wake_.wait_for(lock, state_of(stats_) ? probe_every : upkeep_every, [this] {
            return !asleep_;
        });
        asleep_ = false;
    }
    tasks.swap(tasks_);
    taken.swap(queue_);
    return !(stopping_ && taken.empty() && tasks.empty());
}

void committer::run_writer()
{
    submissions taken;
    std::vector<task> tasks;
    auto next_upkeep = clock::now();
    while (wait(tasks, taken)) {
        if (state_of(stats_))
            recover();
        commit_all(taken);
        taken.clear();
        for (task& work : tasks)
            work(*store_);
        tasks.clear();
        if (clock::now() >= next_upkeep || store_->upkeep_pending()) {
            upkeep();
            next_upkeep = clock::now() + upkeep_every;
        }
        look_for_loss();
    }
}

void committer::look_for_loss()
{
    if (!store_->lost())
        return;
    stats_.failing = true;
    if (const auto tell_once = std::exchange(settings_.on_lost, {}))
        tell_once();
}

void committer::commit_all(submissions& taken)
{
    submissions batch;
    std::size_t at = 0;
    while (at < taken.size()) {
        std::size_t bytes = 0;
        while (at < taken.size() && batch.size() < batch_events_max && bytes < batch_bytes_max) {
            bytes += taken[at]->in.body.size();
            batch.push_back(std::move(taken[at++]));
        }
        commit_batch(batch);
        batch.clear();
    }
}

void committer::commit_batch(submissions& batch)
{
    std::vector<commit_entry> entries(batch.size());
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        entries[i].in = &batch[i]->in;
        bytes += batch[i]->in.body.size();
    }
    error_code failed = state_of(stats_);
    shared_batch events;
    std::uint64_t repeats = 0;
    if (!failed) {
        const auto started = clock::now();
        auto committed = store_->commit(entries, now());
        if (committed) {
            events = std::move(*committed);
            counters_.commit(entries, events.get(), clock::now() - started);
        }
        else {
            failed = committed.error();
        }
        note_outcome(failed);
        look_for_loss();  // before an answer: where a sync failed, nobody knows what is kept
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        batch[i]->outcome = failed;
        batch[i]->duplicate = !failed && entries[i].duplicate;
        repeats += batch[i]->duplicate ? 1 : 0;
    }
    stats_.duplicates.fetch_add(repeats, std::memory_order_relaxed);
    stats_.queue_bytes.fetch_sub(bytes, std::memory_order_relaxed);
    answer(batch);
    tell(std::move(events));
}

// Each network thread is told once of all its own.
void committer::answer(submissions& batch)
{
    std::vector<std::pair<completion_inbox*, submissions>> homes;
    for (auto& s : batch) {
        if (!s->home)
            continue;
        auto at = std::find_if(homes.begin(), homes.end(), [&](const auto& h) {
            return h.first == s->home;
        });
        if (at == homes.end())
            at = homes.emplace(homes.end(), s->home, submissions{});
        at->second.push_back(std::move(s));
    }
    for (auto& [home, finished] : homes)
        home->deliver(std::move(finished));
}

void committer::tell(shared_batch events)
{
    if (!events)
        return;
    stats_.events.fetch_add(events->events.size(), std::memory_order_relaxed);
    if (told_)
        told_(std::move(events));
}

// Keeps what is failing, and says so when that changes.
void committer::note_outcome(const error_code& failed)
{
    if (!failed) {
        stats_.commits.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    stats_.failures.fetch_add(1, std::memory_order_relaxed);
    const bool full = failed == errc::store_full;
    if ((full ? stats_.full : stats_.failing).exchange(true))
        return;
    log::error(
        full ? "the store is at its maximum size; requests are refused until sinks catch up"
             : "the store cannot be written; requests are refused until it can be again",
        {{"error.message", failed.message()}}
    );
}

// Tries whether writing works again, at most every quarter of a second.
void committer::recover()
{
    if (clock::now() < next_probe_)
        return;
    next_probe_ = clock::now() + probe_every;
    if (!store_->probe())
        return;
    stats_.full = false;
    stats_.failing = false;
    log::info("the store can be written again");
}

void committer::upkeep()
{
    if (!stats_.failing) {
        auto made = store_->upkeep(now(), low_water_.load(std::memory_order_relaxed));
        if (made && *made)  // a failure is in the log, and the next commit finds out the rest
            counters_.made(**made);
        if (made)
            tell(std::move(*made));
    }
    const store_size size = store_->size();
    const std::lock_guard lock{mutex_};
    size_ = size;
}

}  // namespace webhookd
