#include "dispatch/body.hpp"

#include "base/log.hpp"
#include "dispatch/letters.hpp"
#include "sinks/make_sink.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <future>
#include <pthread.h>
#include <stdexcept>

namespace webhookd {

namespace {

constexpr std::chrono::seconds save_interval{1};
constexpr std::chrono::milliseconds relieve_interval{200};
constexpr std::chrono::seconds orphan_interval{5};
constexpr std::uint64_t dropped_share = 16;  // Of the store's size, for what was dropped.
constexpr std::size_t posted_events_max = 50'000;

}  // namespace

dispatcher::body::body(std::vector<sink_settings> sinks, store_settings store)
    : store_{std::move(store)}
{
    std::set<std::string> names, paths;
    for (sink_settings& s : sinks) {
        const std::string name = s.name;
        try {
            if (!names.insert(name).second)
                throw std::runtime_error("another sink has this name: give it one of its own");
            const auto* file = std::get_if<file_sink_settings>(&s.destination);
            if (file && !paths.insert(file->path).second)
                throw std::runtime_error("another sink writes " + file->path + " too");
            auto target = make_sink(s, context_);
            outlets_.push_back(
                std::make_unique<outlet>(std::move(s), std::move(target), io_.get_executor())
            );
            outlets_.back()->dropped_bytes_max = store_.max_size / dropped_share;
        }
        catch (const std::runtime_error& e) {
            throw std::runtime_error("sink " + name + ": " + e.what());
        }
    }
}

dispatcher::body::~body()
{
    stop(std::chrono::milliseconds{0});
    blocking_.join();
}

void dispatcher::body::start(committer& commits)
{
    commits_ = &commits;
    auto reader = open_store_reader(store_);
    if (!reader)
        throw std::runtime_error("cannot read the store: " + reader.error().message());
    const auto size = (*reader)->size();
    const auto saved = (*reader)->cursors();
    if (!size || !saved)
        throw std::runtime_error(
            "cannot read the sinks' cursors: " + (size ? saved.error() : size.error()).message()
        );
    feed_ = std::make_unique<feed>(std::move(*reader), size->last_sequence, feed_settings{});
    newest_ = std::max(newest_.load(), size->last_sequence);
    place(*saved, *size);
    save_first();
    set_low_water();
    spawn_all();
}

void dispatcher::body::place(const std::vector<sink_cursor>& saved, const store_size& size)
{
    for (const auto& o : outlets_) {
        const auto mine = std::find_if(saved.begin(), saved.end(), [&](const sink_cursor& c) {
            return c.name == o->name();
        });
        place_one(*o, mine == saved.end() ? nullptr : &*mine, size);
    }
    for (const sink_cursor& c : saved) {
        const bool known = std::any_of(outlets_.begin(), outlets_.end(), [&](const auto& o) {
            return o->name() == c.name;
        });
        if (known)
            continue;
        orphans_.push_back(c);
        log::warn(
            "a sink is no longer configured; events are kept for it until it is forgotten",
            {{"sink.name", c.name}, {"sink.cursor", c.low_water}}
        );
    }
}

void dispatcher::body::place_one(outlet& o, const sink_cursor* saved, const store_size& size)
{
    sink_cursor from;
    from.name = o.name();
    from.low_water = size.last_sequence;
    if (o.settings.from_beginning)
        from.low_water = size.first_sequence == 0 ? size.last_sequence : size.first_sequence - 1;
    o.restore(saved ? *saved : from);
    const auto last = o.target->last_delivered();
    if (last && *last > size.last_sequence)
        log::warn(
            "the output holds events that the store does not know: it is of another store, or the"
            " store lost them; delivery goes on after the saved cursor",
            {{"sink.name", o.name()}, {"sink.last_sequence", *last}}
        );
    else if (last && *last > o.done.low_water()) {
        o.mark_done(o.done.low_water() + 1, *last);
        o.fetched = o.done.low_water();
    }
}

// The first cursors are in the store before any event is: else a sink that is new could be new
// once more after a crash, and miss what came in between.
void dispatcher::body::save_first()
{
    std::vector<sink_cursor> cursors;
    for (const auto& o : outlets_)
        cursors.push_back(o->snapshot());
    auto outcome = std::make_shared<std::promise<result<void>>>();
    auto answer = outcome->get_future();
    if (cursors.empty() || !commits_->run([cursors, outcome](store& kept) {
            outcome->set_value(kept.save_cursors(cursors));
        }))
        return;
    outcome.reset();
    try {
        const auto r = answer.get();
        for (const auto& o : outlets_)
            o->dirty = !r;
        if (!r)
            log::error("cannot save the sinks' cursors", {{"error.message", r.error().message()}});
    }
    catch (const std::future_error&) {
        log::error("cannot save the sinks' cursors: the writer has stopped");
    }
}

void dispatcher::body::spawn_all()
{
    const executor ex = io_.get_executor();
    work_.emplace(ex);
    shared_ = std::make_unique<delivery_context>(delivery_context{
        ex, *feed_, *commits_, [this] { return std::uniform_real_distribution<>{}(random_); }
    });
    for (const auto& o : outlets_)
        deliveries_.push_back(
            o->policy.keyed ? make_lane_delivery(*o, *shared_, window_settings{})
                            : make_stream_delivery(*o, *shared_)
        );
    apart_ = std::make_unique<apart>(*shared_, outlets_);
    for (const auto& d : deliveries_) {
        ++running_deliveries_;
        asio::co_spawn(ex, run_one(*d), asio::detached);
    }
    saving_ = true;
    asio::co_spawn(ex, keep_saving(), asio::detached);
    std::lock_guard lock{state_};
    running_ = true;
    thread_ = std::thread{[this] { io_.run(); }};
    pthread_setname_np(thread_.native_handle(), "dispatch");
}

task<> dispatcher::body::run_one(delivery& d)
{
    try {
        co_await d.run();
    }
    catch (const std::exception& e) {
        log::error("a sink's delivery ended: this is a bug", {{"error.message", e.what()}});
    }
    --running_deliveries_;
    ended_.notify();
}

void dispatcher::body::publish(shared_batch batch)
{
    if (!batch || batch->events.empty())
        return;
    const std::size_t count = batch->events.size();
    newest_ = batch->events.back().sequence;
    // Where this thread does not keep up, the store keeps them.
    if (posted_events_.fetch_add(count) > posted_events_max) {
        posted_events_ -= count;
        skipped_ = true;
        return;
    }
    asio::post(io_, [this, b = std::move(batch), count]() mutable {
        take_in(std::move(b), count);
    });
}

void dispatcher::body::take_in(shared_batch batch, std::size_t events)
{
    posted_events_ -= events;
    if (!feed_)
        return;
    feed_->add(std::move(batch));
    if (skipped_.exchange(false))
        feed_->skipped_to(newest_);
    upkeep();
    for (const auto& d : deliveries_)
        d->wake();
}

// Gives memory back that no sink will ask for. A sink that is down, or reads the store anyway, has
// nothing kept for it: memory that stays for long is cold when it is used again, which would cost
// all the others.
void dispatcher::body::upkeep()
{
    std::uint64_t wanted = feed_->newest();
    for (const auto& o : outlets_)
        if (o->gate.now() == breaker::state::closed && o->fetched + 1 >= feed_->oldest_in_memory())
            wanted = std::min(wanted, o->fetched);
    feed_->forget(wanted);
}

void dispatcher::body::set_low_water()
{
    // Removed sinks hold their events too, until they are forgotten: they may come back.
    std::uint64_t least = UINT64_MAX;
    for (const auto& o : outlets_)
        least = std::min(least, o->durable);
    {
        std::lock_guard lock{state_};
        for (const sink_cursor& c : orphans_)
            least = std::min(least, c.low_water);
    }
    commits_->set_low_water(least);
    if (!commits_->stats().full)
        return;
    for (std::size_t i = 0; i < outlets_.size(); ++i) {
        const outlet& o = *outlets_[i];
        if (o.settings.on_full == on_full::drop_oldest && o.durable == least &&
            least < feed_->newest())
            deliveries_[i]->relieve();
    }
}

void dispatcher::body::look_after_orphans()
{
    if (steady::now() < next_orphan_look_ || orphans_.empty())
        return;
    next_orphan_look_ = steady::now() + orphan_interval;
    const auto saved = feed_->reader().cursors();
    if (!saved)
        return;
    std::lock_guard lock{state_};
    std::erase_if(orphans_, [&](const sink_cursor& c) {
        return std::none_of(saved->begin(), saved->end(), [&](const sink_cursor& s) {
            return s.name == c.name;
        });
    });
}

task<> dispatcher::body::keep_saving()
{
    bool failing = false;
    while (!stopping_) {
        const bool full = commits_->stats().full;
        co_await tick_.wait_until(steady::now() + (full ? relieve_interval : save_interval));
        if (posted_events_ == 0 && newest_ > feed_->newest()) {
            feed_->skipped_to(newest_);
            for (const auto& d : deliveries_)
                d->wake();
        }
        std::vector<outlet*> all;
        for (const auto& o : outlets_)
            all.push_back(o.get());
        const auto saved = co_await save_cursors(*commits_, std::move(all));
        if (!saved && !failing)
            log::error(
                "cannot save the sinks' cursors", {{"error.message", saved.error().message()}}
            );
        failing = !saved;
        look_after_orphans();
        set_low_water();
        upkeep();
    }
    saving_ = false;
    ended_.notify();
}

}  // namespace webhookd
