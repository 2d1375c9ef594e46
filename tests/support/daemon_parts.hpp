#pragma once

#include "commit/committer.hpp"
#include "dispatch/dispatcher.hpp"
#include "store/store.hpp"
#include "support/events.hpp"
#include "support/files.hpp"
#include "support/receipts.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace webhookd::test {

/// Waits until `holds`, for a time that no machine needs.
inline bool eventually(const std::function<bool()>& holds)
{
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes{5};
    while (!holds()) {
        if (std::chrono::steady_clock::now() > limit)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}

/// The half of the daemon behind ingress: a real store, the writer thread, the dispatcher.
class daemon_parts : completion_inbox {
public:
    daemon_parts()
    {
        stored.path = folder / "events.db";
        stored.durability = durability::os;
    }

    ~daemon_parts() override { stop(); }

    void start_committer()
    {
        auto kept = open_store(stored);
        if (!kept)
            throw std::runtime_error(kept.error().message());
        commits = std::make_unique<committer>(
            std::move(*kept),
            committer_settings{},
            [this](shared_batch batch) {
                note(batch);
                if (told)
                    told->publish(std::move(batch));
            }
        );
    }

    void start(std::vector<sink_settings> sinks)
    {
        told = std::make_unique<dispatcher>(std::move(sinks), stored);
        start_committer();
        told->start(*commits);
    }

    void stop(std::chrono::milliseconds grace = std::chrono::seconds{30})
    {
        if (told)
            told->stop(grace);
        if (commits)
            commits->stop();
        told.reset();
        commits.reset();
    }

    /// Hands `count` events over, of messages that nobody used before, and waits until they are
    /// committed: `sent`, `delivered` and `read` in turn, each message its own key.
    void submit(std::size_t count)
    {
        std::vector<std::unique_ptr<submission>> waiting;
        for (std::size_t i = 0; i < count; ++i) {
            testing::status s;
            s.message = testing::ulid(++messages_);
            s.what = static_cast<delivery_status>(1 + i % 3);
            submit_one(testing::make(s));
        }
        wait_committed();
    }

    /// `count` events of bodies of `bytes`, each its own key.
    void submit_bodies(std::size_t count, std::size_t bytes)
    {
        for (std::size_t i = 0; i < count; ++i) {
            std::string body = "{\"n\":" + std::to_string(++messages_) + ",\"x\":\"";
            body.append(bytes, 'x').append("\"}");
            submit_one(testing::make_other(std::move(body), now()));
        }
        wait_committed();
    }

    /// One event of the key `message`.
    void submit_status(std::uint64_t message, delivery_status what)
    {
        testing::status s;
        s.message = testing::ulid(message);
        s.what = what;
        submit_one(testing::make(s));
        wait_committed();
    }

    /// One event of the key `customer`.
    void submit_inbound(const std::string& customer)
    {
        testing::inbound m;
        m.id = testing::ulid(++messages_);
        m.customer = customer;
        submit_one(testing::make(m));
        wait_committed();
    }

    /// Of the events committed so far, those in batches that somebody still holds.
    std::size_t events_in_memory() const
    {
        const std::lock_guard lock{batches_mutex_};
        std::size_t sum = 0;
        for (const auto& b : batches_)
            if (const shared_batch held = b.lock())
                sum += held->events.size();
        return sum;
    }

    sink_status only_status() const { return told->status().at(0); }

    std::optional<sink_status> only_status_or_none() const
    {
        if (!told)
            return std::nullopt;
        return only_status();
    }

    result<std::uint64_t> replay(replay_request what)
    {
        std::promise<result<std::uint64_t>> answer;
        told->start_replay(std::move(what), [&](result<std::uint64_t> r) { answer.set_value(r); });
        return answer.get_future().get();
    }

    result<std::uint64_t> retry(dead_letter_filter which)
    {
        std::promise<result<std::uint64_t>> answer;
        told->retry_dead_letters(std::move(which), [&](result<std::uint64_t> r) {
            answer.set_value(r);
        });
        return answer.get_future().get();
    }

    std::vector<dead_letter> letters() const
    {
        return std::move(reader()->dead_letters({}, 0, 10'000).value().items);
    }

    std::uint64_t saved_cursor(const std::string& name) const
    {
        for (const sink_cursor& c : reader()->cursors().value())
            if (c.name == name)
                return c.low_water;
        return 0;
    }

    /// While nothing runs.
    void set_cursor(const std::string& name, std::uint64_t low_water)
    {
        auto kept = open_store(stored).value();
        sink_cursor c;
        c.name = name;
        c.low_water = low_water;
        kept->save_cursors({&c, 1}).value();
    }

    std::unique_ptr<store_reader> reader() const { return open_store_reader(stored).value(); }

    test::folder folder;
    store_settings stored;
    std::unique_ptr<dispatcher> told;
    std::unique_ptr<committer> commits;

private:
    void submit_one(receipt r)
    {
        auto s = std::make_unique<submission>();
        s->in = std::move(r);
        s->home = this;
        while (commits->submit(s))
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        ++submitted_;
    }

    void wait_committed()
    {
        if (!eventually([this] { return committed_ == submitted_; }))
            throw std::runtime_error("not committed");
    }

    void note(const shared_batch& batch)
    {
        const std::lock_guard lock{batches_mutex_};
        batches_.emplace_back(batch);
    }

    void deliver(std::vector<std::unique_ptr<submission>> finished) override
    {
        committed_ += finished.size();
    }

    mutable std::mutex batches_mutex_;
    std::vector<std::weak_ptr<const event_batch>> batches_;
    std::uint64_t messages_ = 0;
    std::uint64_t submitted_ = 0;
    std::atomic<std::uint64_t> committed_{0};
};

}  // namespace webhookd::test
