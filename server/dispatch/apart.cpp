#include "dispatch/apart.hpp"

#include "base/log.hpp"
#include "dispatch/filter.hpp"
#include "dispatch/letters.hpp"
#include "dispatch/retry.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace webhookd {

namespace {

constexpr std::size_t chunk_events_max = 256;
constexpr std::uint32_t replay_attempts_max = 10;
constexpr std::size_t jobs_kept_max = 100;
constexpr std::chrono::milliseconds wait_step{200};

}  // namespace

apart::apart(delivery_context& shared, std::span<const std::unique_ptr<outlet>> outlets)
    : shared_{shared}, outlets_{outlets}, changed_{shared.ex}
{
}

outlet* apart::find(const std::string& name) const
{
    for (const auto& o : outlets_)
        if (o->name() == name)
            return o.get();
    return nullptr;
}

result<std::uint64_t> apart::start(const replay_request& what)
{
    const outlet* to = find(what.sink);
    if (!to)
        return errc::not_found;
    if (what.from > what.to || aborted_)
        return errc::invalid_argument;
    auto j = std::make_shared<job>();
    j->told.sink = what.sink;
    j->told.from = std::max<std::uint64_t>(what.from, 1);
    // What live delivery has not come to yet it will tell by itself, in its order.
    j->told.to = std::min(what.to, to->fetched);
    j->told.at = j->told.from - 1;
    {
        std::lock_guard lock{mutex_};
        j->told.number = ++last_number_;
        jobs_.push_back(j);
        if (jobs_.size() > jobs_kept_max) {
            const auto ended = std::find_if(jobs_.begin(), jobs_.end(), [](const auto& old) {
                return old->told.state != "running";
            });
            if (ended != jobs_.end())
                jobs_.erase(ended);
        }
    }
    ++running_;
    asio::co_spawn(shared_.ex, replay(j), asio::detached);
    return j->told.number;
}

bool apart::cancel(std::uint64_t number)
{
    std::lock_guard lock{mutex_};
    for (const auto& j : jobs_) {
        if (j->told.number != number || j->told.state != "running")
            continue;
        j->cancelled = true;
        return true;
    }
    return false;
}

std::vector<replay_status> apart::list() const
{
    std::vector<replay_status> out;
    std::lock_guard lock{mutex_};
    for (const auto& j : jobs_)
        out.push_back(j->told);
    return out;
}

void apart::abort()
{
    aborted_ = true;
    changed_.notify();
}

task<> apart::join()
{
    while (running_ > 0)
        co_await changed_.wait();
}

task<> apart::wait(steady::duration time)
{
    wait_timer timer{shared_.ex, time};
    co_await timer.async_wait(use_tuple);
}

task<> apart::replay(std::shared_ptr<job> j)
{
    std::string state = "done";
    try {
        while (j->told.at < j->told.to && !aborted_ && !j->cancelled) {
            const bool read = co_await replay_some(*j);
            if (read)
                continue;
            state = "failed";
            break;
        }
    }
    catch (const std::exception& e) {
        log::error("a replay failed", {{"sink.name", j->told.sink}, {"error.message", e.what()}});
        state = "failed";
    }
    if (state == "done" && (aborted_ || j->cancelled))
        state = "cancelled";
    {
        std::lock_guard lock{mutex_};
        j->told.state = state;
    }
    log::info("replay ended", {{"sink.name", j->told.sink}, {"replay.state", state}});
    --running_;
    changed_.notify();
}

// Delivers the next stretch. False: it could not be read.
task<bool> apart::replay_some(job& j)
{
    outlet& to = *find(j.told.sink);
    const auto limit = std::min<std::uint64_t>(chunk_events_max, j.told.to - j.told.at);
    const auto s = shared_.source.read(j.told.at, static_cast<std::size_t>(limit));
    if (!s) {
        log::error("cannot read events for a replay", {{"error.message", s.error().message()}});
        co_return false;
    }
    chunk c;
    c.to = &to;
    c.attempts_max = replay_attempts_max;
    c.cancelled = &j.cancelled;
    std::uint64_t at = j.told.to;
    if (s->owner && s->events.front().sequence <= j.told.to)
        at = std::min(j.told.to, s->events.back().sequence);
    for (const event& e : s->events)
        if (e.sequence <= j.told.to && to.done.is_done(e.sequence) && passes(to.settings.filter, e))
            c.events.push_back(&e);
    co_await deliver(c);
    const auto good =
        static_cast<std::uint64_t>(std::count(c.delivered.begin(), c.delivered.end(), true));
    std::lock_guard lock{mutex_};
    j.told.delivered += good;
    if (!over(c)) {
        j.told.failed += c.events.size() - good;
        j.told.at = at;
    }
    co_return true;
}

task<> apart::deliver(chunk& c)
{
    c.delivered.assign(c.events.size(), false);
    if (c.events.empty())
        co_await asio::post(shared_.ex, asio::use_awaitable_t<executor>{});
    else if (c.to->policy.keyed)
        co_await deliver_keyed(c);
    else
        co_await deliver_batch(c);
}

// Keys side by side, in order within each.
task<> apart::deliver_keyed(chunk& c)
{
    std::map<std::string_view, std::vector<std::size_t>> by_key;
    for (std::size_t i = 0; i < c.events.size(); ++i)
        by_key[c.events[i]->partition_key].push_back(i);
    std::vector<std::vector<std::size_t>> groups;
    for (auto& [key, group] : by_key)
        groups.push_back(std::move(group));
    const std::size_t most = std::max<std::size_t>(1, c.to->policy.concurrency / 2);
    std::size_t running = std::min(most, groups.size());
    for (std::size_t i = running; i > 0; --i)
        asio::co_spawn(shared_.ex, work(c, groups, running), asio::detached);
    while (running > 0)
        co_await changed_.wait();
}

task<> apart::work(chunk& c, std::vector<std::vector<std::size_t>>& groups, std::size_t& running)
{
    while (!groups.empty() && !over(c)) {
        const auto group = std::move(groups.back());
        groups.pop_back();
        for (std::size_t index : group)
            co_await deliver_one(c, index);
    }
    --running;
    changed_.notify();
}

task<> apart::deliver_one(chunk& c, std::size_t index)
{
    const std::span<const event* const> one{&c.events[index], 1};
    for (std::uint32_t failures = 0; failures < c.attempts_max && !over(c);) {
        if (c.to->gate.now() != breaker::state::closed && c.attempts_max > 1) {
            co_await wait(wait_step);  // The breaker's probes are for live events.
            continue;
        }
        const attempt a = co_await c.to->try_once(one);
        if (a.what == attempt::outcome::done)
            c.delivered[index] = true;
        if (a.what != attempt::outcome::again)
            break;
        const bool more = co_await pause(c, a, ++failures);
        if (!more)
            break;
    }
}

// Before the next attempt; false: there is none.
task<bool> apart::pause(const chunk& c, const attempt& a, std::uint32_t failures)
{
    if (failures >= c.attempts_max)
        co_return false;
    const delivery_policy& p = c.to->policy;
    const auto delay =
        a.retry_after.value_or(backoff({p.retry_initial, p.retry_max}, failures, shared_.random()));
    const auto until = steady::now() + delay;
    while (steady::now() < until && !over(c)) {
        const auto left = until - steady::now();
        co_await wait(std::min<steady::duration>(wait_step, left));
    }
    co_return !over(c);
}

task<> apart::deliver_batch(chunk& c)
{
    std::size_t at = 0;
    for (std::uint32_t failures = 0; at < c.events.size() && !over(c);) {
        const auto rest = std::span<const event* const>{c.events}.subspan(at);
        const attempt a = co_await try_batch(*c.to, rest);
        const std::size_t taken =
            a.what == attempt::outcome::done ? rest.size() : std::min(a.taken, rest.size());
        for (std::size_t i = at; i < at + taken; ++i)
            c.delivered[i] = true;
        at += taken;
        if (taken > 0)
            failures = 0;
        if (a.what == attempt::outcome::never)
            ++at;
        if (a.what != attempt::outcome::again)
            continue;
        const bool more = co_await pause(c, a, ++failures);
        if (!more)
            break;
    }
}

task<attempt> apart::try_batch(outlet& to, std::span<const event* const> batch)
{
    co_await to.output.enter();
    const turn mine{to.output};
    if (to.policy.resumes_from_output) {
        co_await to.saving.enter();  // A save under way may still fail.
        to.saving.leave();
        std::vector<outlet*> one{&to};
        const auto saved = co_await save_cursors(shared_.commits, std::move(one));
        if (!saved)
            co_return attempt::again("cannot save the cursor: " + saved.error().message());
    }
    co_return co_await to.try_once(batch);
}

}  // namespace webhookd
