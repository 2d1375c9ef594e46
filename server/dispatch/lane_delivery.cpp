#include "dispatch/lane_delivery.hpp"

#include "base/log.hpp"
#include "dispatch/filter.hpp"
#include "dispatch/letters.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <utility>

namespace webhookd {

void lane_delivery::take(const event& e, const stretch& from, bool sparse)
{
    // Sequences that are no longer held are nobody's any more.
    if (e.sequence > out_.fetched + 1)
        out_.mark_done(out_.fetched + 1, e.sequence - 1);
    out_.fetched = e.sequence;
    if (out_.done.is_done(e.sequence))
        return;
    if (!passes(out_.settings.filter, e)) {
        out_.mark_done(e.sequence, e.sequence);
        return;
    }
    if (sparse)
        lanes_.push({std::make_shared<const event>(copy_event(e)), true});
    else
        lanes_.push({std::shared_ptr<const event>{from.owner, &e}, false});
}

// How many events may be taken in. For a destination that is down no more than to have keys to
// probe with: what is held is memory that the requests would have to fetch anew.
std::size_t lane_delivery::room() const noexcept
{
    constexpr std::size_t keys_to_probe = 64;
    if (lanes_.events() >= window_.events_max || lanes_.bytes() >= window_.bytes_max)
        return 0;
    const std::size_t room = window_.events_max - lanes_.events();
    const bool down = out_.gate.now() != breaker::state::closed && !one_key_fails();
    // What a sink drops when the store is full, it takes from what it holds.
    if (!down || out_.settings.on_full == on_full::drop_oldest)
        return room;
    return std::min(room, keys_to_probe - std::min(keys_to_probe, lanes_.ready()));
}

// Takes in some more events. `more` is false where there are none, or there is no room.
error_code lane_delivery::fetch(bool& more)
{
    more = false;
    // What was done before a restart is jumped over, however much it is.
    const std::uint64_t open = out_.done.next_open(out_.fetched + 1);
    const std::uint64_t newest = shared_.source.newest();
    if (open > newest) {
        out_.fetched = std::max(out_.fetched, newest);
        return {};
    }
    const std::size_t events_max = room();
    starved_ = events_max == 0;
    if (starved_)
        return {};
    out_.fetched = open - 1;
    const auto s = shared_.source.read(out_.fetched, events_max);
    if (!s)
        return s.error();
    if (!s->owner) {
        out_.mark_done(out_.fetched + 1, newest);
        out_.fetched = newest;
        more = true;
        return {};
    }
    const auto wanted = std::count_if(s->events.begin(), s->events.end(), [&](const event& e) {
        return !out_.done.is_done(e.sequence) && passes(out_.settings.filter, e);
    });
    // One event in many must not keep all of them in memory.
    const bool sparse = static_cast<std::size_t>(wanted) * 4 < s->events.size();
    for (const event& e : s->events)
        take(e, *s, sparse);
    more = true;
    return {};
}

void lane_delivery::note_oldest()
{
    const event* e = lanes_.oldest();
    out_.counters.oldest_micros = e ? e->recorded.time_since_epoch().count() : 0;
    out_.counters.gate = out_.gate.now();
}

steady::time_point lane_delivery::next_time() const
{
    if (!lanes_.waiting() || active_ >= out_.policy.concurrency)
        return steady::time_point::max();
    const auto at = now();
    const auto gate = out_.gate.next(at);
    if (!gate)
        return steady::time_point::max();
    const auto opens = steady::now() + std::max(*gate - at, timestamp::duration{0});
    return lanes_.ready() > 0 ? opens : std::max(opens, lanes_.first_due());
}

task<> lane_delivery::run()
{
    while (!aborted_) {
        bool more = false;
        const auto unreadable = fetch(more);
        if (unreadable)
            log::error(
                "cannot read events for a sink",
                {{"sink.name", out_.name()}, {"error.message", unreadable.message()}}
            );
        start_workers();
        note_oldest();
        if (relieve_)
            co_await drop_oldest();
        if (more) {
            co_await asio::post(shared_.ex, asio::use_awaitable_t<executor>{});
            continue;
        }
        if (finishing_ && active_ == 0)
            break;
        auto until = next_time();
        if (unreadable)
            until = std::min(until, steady::now() + store_retry);
        co_await changed_.wait_until(until);
    }
    while (active_ > 0)
        co_await changed_.wait();
    note_oldest();
}

void lane_delivery::start_workers()
{
    while (active_ < out_.policy.concurrency && !aborted_ && lanes_.waiting()) {
        lane* l = next();
        if (!l)
            break;
        ++active_;
        asio::co_spawn(shared_.ex, work(l), asio::detached);
    }
}

// The next lane to try, where the breaker lets one through.
lane* lane_delivery::next()
{
    const auto at = steady::now();
    if (lanes_.ready() == 0 && lanes_.first_due() > at)
        return nullptr;
    const bool paused = out_.gate.now() != breaker::state::closed;
    if (!out_.gate.admit(now())) {
        // One key that keeps failing is no reason to hold the others up.
        if (out_.gate.now() != breaker::state::open || !one_key_fails() || !lanes_.untried(at))
            return nullptr;
        out_.gate.probe_early();
    }
    return lanes_.next(at, paused);
}

task<> lane_delivery::work(lane* first)
{
    for (lane* l = first; l; l = aborted_ ? nullptr : next()) {
        co_await try_front(*l);
        if (starved_ && lanes_.events() <= window_.events_max / 2 &&
            lanes_.bytes() <= window_.bytes_max / 2)
            changed_.notify();
    }
    --active_;
    changed_.notify();
}

std::unique_ptr<delivery> make_lane_delivery(
    outlet& out, delivery_context& shared, window_settings window
)
{
    return std::make_unique<lane_delivery>(out, shared, window);
}

}  // namespace webhookd
