#include "dispatch/dispatcher.hpp"

#include "base/log.hpp"
#include "dispatch/body.hpp"
#include "dispatch/letters.hpp"
#include "sinks/make_sink.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace webhookd {

task<> dispatcher::body::wait_ended(steady::time_point until)
{
    while (running_deliveries_ > 0 && steady::now() < until)
        co_await ended_.wait_until(until);
}

task<> dispatcher::body::end(std::chrono::milliseconds grace)
{
    apart_->abort();
    for (const auto& d : deliveries_)
        d->finish();
    co_await wait_ended(steady::now() + grace);
    for (const auto& d : deliveries_)
        d->abort();
    for (const auto& o : outlets_)
        o->target->cancel();
    co_await wait_ended(steady::time_point::max());
    co_await apart_->join();
    stopping_ = true;
    tick_.notify();
    while (saving_)
        co_await ended_.wait();
    std::vector<outlet*> all;
    for (const auto& o : outlets_)
        all.push_back(o.get());
    const auto saved = co_await save_cursors(*commits_, std::move(all));
    if (!saved)
        log::error(
            "cannot save the sinks' cursors: some events will be delivered again",
            {{"error.message", saved.error().message()}}
        );
    set_low_water();
    work_.reset();
}

void dispatcher::body::stop(std::chrono::milliseconds grace)
{
    if (!post([this, grace] { asio::co_spawn(io_, end(grace), asio::detached); }))
        return;
    {
        std::lock_guard lock{state_};
        running_ = false;
    }
    thread_.join();
}

void dispatcher::body::reopen()
{
    for (const auto& o : outlets_)
        o->target->reopen();
}

void dispatcher::body::retry(
    dead_letter_filter which, std::function<void(result<std::uint64_t>)> done
)
{
    asio::co_spawn(io_, apart_->retry(std::move(which), std::move(done)), asio::detached);
}

result<std::uint64_t> dispatcher::body::start_replay(const replay_request& what)
{
    return apart_->start(what);
}

std::vector<replay_status> dispatcher::body::replays() const
{
    return apart_ ? apart_->list() : std::vector<replay_status>{};
}

bool dispatcher::body::cancel_replay(std::uint64_t number)
{
    return apart_ && apart_->cancel(number);
}

std::vector<sink_status> dispatcher::body::status() const
{
    std::vector<sink_status> out;
    const std::uint64_t newest = newest_;
    const auto at = now();
    for (const auto& o : outlets_) {
        const outlet_counters& c = o->counters;
        sink_status s;
        s.name = o->name();
        s.type = type_name(o->settings);
        s.cursor = c.cursor;
        const std::uint64_t done = s.cursor + c.done_above;
        s.lag_events = newest > done ? newest - done : 0;
        const std::int64_t oldest = c.oldest_micros;
        if (oldest != 0 && s.lag_events > 0) {
            const auto age = at - timestamp{std::chrono::microseconds{oldest}};
            s.lag_seconds = std::max(0.0, std::chrono::duration<double>(age).count());
        }
        s.delivered = c.delivered;
        s.attempts = c.attempts;
        s.failures = c.failures;
        s.breaker = webhookd::name(c.gate.load());
        s.last_error = c.last_error();
        out.push_back(std::move(s));
    }
    std::lock_guard lock{state_};
    for (const sink_cursor& c : orphans_) {
        sink_status s;
        s.name = c.name;
        s.cursor = c.low_water;
        s.lag_events = newest > c.low_water ? newest - c.low_water : 0;
        s.configured = false;
        out.push_back(std::move(s));
    }
    return out;
}

dispatcher::dispatcher(std::vector<sink_settings> sinks, store_settings store)
    : body_{std::make_unique<body>(std::move(sinks), std::move(store))}
{
}

dispatcher::~dispatcher() = default;

void dispatcher::start(committer& commits)
{
    body_->start(commits);
}

void dispatcher::publish(shared_batch batch)
{
    body_->publish(std::move(batch));
}

void dispatcher::reopen()
{
    body_->post([b = body_.get()] { b->reopen(); });
}

void dispatcher::stop(std::chrono::milliseconds grace)
{
    body_->stop(grace);
}

std::vector<sink_status> dispatcher::status() const
{
    return body_->status();
}

void dispatcher::retry_dead_letters(
    dead_letter_filter which, std::function<void(result<std::uint64_t>)> done
)
{
    const bool there = body_->post([b = body_.get(), which, done] { b->retry(which, done); });
    if (!there)
        done(errc::stopping);
}

void dispatcher::start_replay(replay_request what, std::function<void(result<std::uint64_t>)> done)
{
    const bool there = body_->post([b = body_.get(), what, done] { done(b->start_replay(what)); });
    if (!there)
        done(errc::stopping);
}

bool dispatcher::cancel_replay(std::uint64_t number)
{
    return body_->cancel_replay(number);
}

std::vector<replay_status> dispatcher::replays() const
{
    return body_->replays();
}

}  // namespace webhookd
