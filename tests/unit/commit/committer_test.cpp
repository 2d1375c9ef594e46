#include "commit/committer.hpp"

#include "support/catch.hpp"
#include "support/stores.hpp"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <future>
#include <mutex>
#include <set>
#include <sys/resource.h>
#include <thread>

using namespace testing;
using namespace webhookd;

namespace {

// A network thread's side: keeps what it is given, and can be waited on.
class inbox final : public completion_inbox {
public:
    void deliver(std::vector<std::unique_ptr<submission>> finished) override
    {
        const std::lock_guard lock{mutex_};
        ++deliveries_;
        for (auto& s : finished)
            all_.push_back(std::move(s));
        arrived_.notify_all();
    }

    // Waits, but not for ever, until that many have come back.
    bool wait_for(std::size_t count)
    {
        std::unique_lock lock{mutex_};
        return arrived_.wait_for(lock, 60s, [&] { return all_.size() >= count; });
    }

    std::vector<std::unique_ptr<submission>> take()
    {
        const std::lock_guard lock{mutex_};
        return std::exchange(all_, {});
    }

    std::size_t deliveries()
    {
        const std::lock_guard lock{mutex_};
        return deliveries_;
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::unique_ptr<submission>> all_;
    std::size_t deliveries_ = 0;
};

std::unique_ptr<submission> submit_to(inbox& home, receipt r)
{
    auto s = std::make_unique<submission>();
    s->in = std::move(r);
    s->home = &home;
    return s;
}

store_settings settings_in(const temporary_folder& folder)
{
    store_settings out{.path = folder / "events.db"};
    out.durability = durability::os;
    return out;
}

std::unique_ptr<store> opened(const store_settings& settings)
{
    auto out = open_store(settings);
    REQUIRE(out.has_value());
    return std::move(*out);
}

// Holds the writer thread until it is let go.
class gate {
public:
    explicit gate(committer& c)
    {
        std::promise<void> reached;
        auto is_reached = reached.get_future();
        c.run([this, &reached](store&) {
            reached.set_value();
            open_.get_future().wait();
        });
        is_reached.wait();
    }

    void open() { open_.set_value(); }

private:
    std::promise<void> open_;
};

}  // namespace

TEST_CASE("every submission comes back to its home, committed or known")
{
    temporary_folder folder;
    inbox here, there;
    std::mutex mutex;
    std::vector<std::uint64_t> told;
    committer c{opened(settings_in(folder)), {}, [&](shared_batch batch) {
                    const std::lock_guard lock{mutex};
                    for (const event& e : batch->events)
                        told.push_back(e.sequence);
                }};
    {
        gate held{c};
        for (std::uint64_t n = 0; n < 50; ++n) {
            auto s = submit_to(n % 2 ? there : here, make(status{.message = ulid(n / 2)}));
            REQUIRE_FALSE(c.submit(s));
            CHECK(s == nullptr);
        }
        held.open();
        REQUIRE(here.wait_for(25));
        REQUIRE(there.wait_for(25));
    }
    // One commit, and one delivery each.
    CHECK(here.deliveries() == 1);
    CHECK(there.deliveries() == 1);
    std::size_t repeats = 0;
    for (const auto& s : here.take()) {
        CHECK_FALSE(s->outcome);
        CHECK_FALSE(s->duplicate);
    }
    for (const auto& s : there.take())
        repeats += s->duplicate;
    CHECK(repeats == 25);
    c.stop();
    CHECK(told.size() == 25);
    CHECK(std::is_sorted(told.begin(), told.end()));
    CHECK(c.stats().events == 25);
    CHECK(c.stats().duplicates == 25);
    CHECK(c.stats().queue_bytes == 0);
    CHECK(c.size().last_sequence <= 25);
}

TEST_CASE("stop commits what is queued, and refuses what comes after")
{
    temporary_folder folder;
    const auto settings = settings_in(folder);
    inbox home;
    committer c{opened(settings), {}, {}};
    auto held = std::make_unique<gate>(c);
    for (std::uint64_t n = 0; n < 2000; ++n) {
        auto s = submit_to(home, make(status{.message = ulid(n)}));
        REQUIRE_FALSE(c.submit(s));
    }
    std::thread stopping{[&] { c.stop(); }};
    held->open();
    stopping.join();
    CHECK(home.wait_for(2000));
    CHECK(home.deliveries() == 4);  // 512 at most at a time

    auto late = submit_to(home, make(status{.message = ulid(9999)}));
    CHECK(c.submit(late) == errc::stopping);
    CHECK(late != nullptr);
    CHECK(c.ready_for(1) == errc::stopping);
    CHECK_FALSE(c.run([](store&) {}));
    c.stop();
    CHECK((*open_store_reader(settings))->size()->events == 2000);
}

TEST_CASE("the queue is bounded by the bytes of its bodies")
{
    temporary_folder folder;
    inbox home;
    committer c{opened(settings_in(folder)), {.queue_bytes_max = 1000}, {}};
    gate held{c};
    auto large = submit_to(home, make_other(std::string(5000, 'x')));
    CHECK_FALSE(c.ready_for(5000));  // an empty queue takes any one body
    REQUIRE_FALSE(c.submit(large));
    auto refused = submit_to(home, make_other("y"));
    CHECK(c.submit(refused) == errc::queue_full);
    CHECK(refused->in.body == "y");
    CHECK(c.ready_for(1) == errc::queue_full);
    held.open();
    REQUIRE(home.wait_for(1));
    CHECK_FALSE(c.ready_for(1));
    REQUIRE_FALSE(c.submit(refused));
    CHECK(home.wait_for(2));
}

TEST_CASE("work for the store runs between commits, in order")
{
    temporary_folder folder;
    const auto settings = settings_in(folder);
    committer c{opened(settings), {}, {}};
    std::vector<int> order;
    for (int i = 0; i < 10; ++i)
        REQUIRE(c.run([&order, i](store& kept) {
            order.push_back(i);
            const std::vector<sink_cursor> one{{"crm", static_cast<std::uint64_t>(i), {}, {}}};
            (void)kept.save_cursors(one);
        }));
    c.stop();
    CHECK(order.size() == 10);
    CHECK(std::is_sorted(order.begin(), order.end()));
    CHECK((*open_store_reader(settings))->cursors()->front().low_water == 9);
}

TEST_CASE("while the store cannot be written all is refused, and it recovers by itself")
{
    temporary_folder folder;
    inbox home;
    std::signal(SIGXFSZ, SIG_IGN);
    committer c{opened(settings_in(folder)), {}, {}};
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit full{64 * 1024, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);

    auto s = submit_to(home, make_other(std::string(1'000'000, 'x')));
    const auto refused = c.submit(s);
    if (!refused) {
        REQUIRE(home.wait_for(1));
        auto back = home.take();
        CHECK(back[0]->outcome == errc::store_failed);
        CHECK(back[0]->in.body.size() == 1'000'000);
        CHECK(back[0]->in.memory);
        s = std::move(back[0]);
    }
    CHECK(c.ready_for(1) == errc::store_failed);
    CHECK(c.submit(s) == errc::store_failed);
    CHECK(c.stats().failing);
    CHECK(c.stats().failures >= 1);

    ::setrlimit(RLIMIT_FSIZE, &before);
    s->outcome = {};
    const auto give_up = std::chrono::steady_clock::now() + 60s;
    while (c.submit(s) && std::chrono::steady_clock::now() < give_up)
        std::this_thread::yield();
    REQUIRE(s == nullptr);
    REQUIRE(home.wait_for(1));
    CHECK_FALSE(home.take()[0]->outcome);
    CHECK_FALSE(c.stats().failing);
}

TEST_CASE("a full store refuses until what is delivered may go")
{
    temporary_folder folder;
    auto settings = settings_in(folder);
    settings.max_size = 2 << 20;
    inbox home;
    committer c{opened(settings), {}, {}};
    std::size_t sent = 0;
    error_code refused;
    for (int n = 0; !refused && n < 10'000; ++n) {
        auto s = submit_to(home, make_other(std::to_string(n) + std::string(20'000, 'x')));
        refused = c.submit(s);
        sent += refused ? 0 : 1;
        if (!refused)
            REQUIRE(home.wait_for(sent));
    }
    CHECK(refused == errc::store_full);
    CHECK(c.stats().full);
    CHECK(c.ready_for(1) == errc::store_full);

    c.set_low_water(UINT64_MAX);
    auto s = submit_to(home, make_other("at last"));
    const auto give_up = std::chrono::steady_clock::now() + 60s;
    while (c.submit(s) && std::chrono::steady_clock::now() < give_up)
        std::this_thread::yield();
    REQUIRE(s == nullptr);
    REQUIRE(home.wait_for(sent + 1));
    CHECK_FALSE(home.take().back()->outcome);
}

TEST_CASE("many threads submit at once, and all is committed once")
{
    temporary_folder folder;
    constexpr int threads = 4;
    constexpr std::uint64_t each = 500;
    std::vector<inbox> homes(threads);
    std::atomic<std::uint64_t> told{0};
    committer c{opened(settings_in(folder)), {}, [&](shared_batch batch) {
                    told += batch->events.size();
                }};
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t)
        running.emplace_back([&, t] {
            for (std::uint64_t n = 0; n < each; ++n) {
                auto s = submit_to(
                    homes[static_cast<std::size_t>(t)],
                    make(status{.message = ulid(n * threads + static_cast<std::uint64_t>(t))})
                );
                while (c.submit(s))
                    std::this_thread::yield();
                (void)c.ready_for(10);
                (void)c.size();
            }
            homes[static_cast<std::size_t>(t)].wait_for(each);
        });
    for (auto& t : running)
        t.join();
    c.stop();
    CHECK(told == threads * each);
    for (inbox& home : homes)
        CHECK(home.take().size() == each);
}
