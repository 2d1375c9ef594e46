// One attempt at the front of a lane, and what follows from it.
#include "base/log.hpp"
#include "dispatch/lane_delivery.hpp"
#include "dispatch/letters.hpp"
#include "dispatch/retry.hpp"

#include <algorithm>
#include <utility>

namespace webhookd {

// The destination said something other than "later".
void lane_delivery::answered()
{
    if (out_.gate.now() != breaker::state::closed)
        changed_.notify();  // The other workers may go on.
    out_.gate.succeeded();
    failing_key_.reset();
    several_failing_ = false;
}

task<> lane_delivery::try_front(lane& l)
{
    const auto held = l.waiting.front().what;
    const event* const one = held.get();
    const std::uint64_t sequence = one->sequence;
    if (const auto known = out_.retries.find(sequence); known != out_.retries.end())
        l.tried = known->second;
    const auto started = now();
    const std::span<const event* const> batch{&one, 1};
    const attempt a = co_await out_.try_once(batch);
    if (aborted_ && a.what == attempt::outcome::again) {
        out_.gate.abandoned(now());
        lanes_.failed(l, steady::time_point::max());
        co_return;
    }
    if (l.tried.attempts++ == 0)
        l.tried.first = started;
    if (a.what == attempt::outcome::again) {
        co_await failed(l, a);
        co_return;
    }
    answered();
    if (a.what == attempt::outcome::never) {
        const bool buried = co_await bury_front(l, a.reason, a.detail);
        if (!buried)
            co_return;
    }
    else {
        out_.mark_done(sequence, sequence);
        out_.retries.erase(sequence);
    }
    lanes_.finished(l);
}

task<> lane_delivery::failed(lane& l, const attempt& a)
{
    const event& e = *l.waiting.front().what;
    const auto at = now();
    const bool was_closed = out_.gate.now() == breaker::state::closed;
    if (!failing_key_)
        failing_key_ = l.key;
    several_failing_ = several_failing_ || *failing_key_ != l.key;
    out_.gate.failed(at);
    out_.counters.gate = out_.gate.now();
    if (was_closed && out_.gate.now() == breaker::state::open)
        log::warn("sink paused after failures in a row", {{"sink.name", out_.name()}});
    ++l.failures;
    out_.dirty = true;
    out_.retries[e.sequence] = l.tried;
    const auto give_up = out_.policy.give_up_after;
    const auto age = std::max(at - l.tried.first, timestamp::duration{0});
    if (give_up && age >= *give_up) {
        const bool buried = co_await bury_front(l, "gave_up", a.detail);
        if (buried)
            lanes_.finished(l);
        co_return;
    }
    steady::duration delay = a.retry_after.value_or(
        backoff({out_.policy.retry_initial, out_.policy.retry_max}, l.failures, shared_.random())
    );
    // The last attempt is at the end of the time it has, not long before.
    if (give_up)
        delay = std::min<steady::duration>(delay, *give_up - age);
    hold(l, delay);
}

void lane_delivery::hold(lane& l, steady::duration delay)
{
    lanes_.failed(l, steady::now() + delay);
    changed_.notify();
}

// False: it could not be written; the lane tries again later.
task<bool> lane_delivery::bury_front(lane& l, std::string reason, std::string detail)
{
    std::vector<dead_letter> letters;
    letters.push_back(
        make_letter(out_, *l.waiting.front().what, std::move(reason), std::move(detail), l.tried)
    );
    const auto r = co_await bury(shared_.commits, out_, std::move(letters));
    if (r)
        co_return true;
    log::error(
        "cannot write a dead letter",
        {{"sink.name", out_.name()}, {"error.message", r.error().message()}}
    );
    hold(l, store_retry);
    co_return false;
}

task<> lane_delivery::drop_oldest()
{
    relieve_ = false;
    std::vector<retry_record> tried;
    auto taken = lanes_.take_oldest(relieve_events_max, tried);
    if (taken.empty())
        co_return;
    std::vector<dead_letter> letters;
    for (std::size_t i = 0; i < taken.size(); ++i)
        letters.push_back(
            make_letter(out_, *taken[i].what, std::string{dropped}, "the store was full", tried[i])
        );
    const auto r = co_await bury(shared_.commits, out_, std::move(letters));
    if (r)
        co_return;
    lanes_.put_back(std::move(taken));
}

}  // namespace webhookd
