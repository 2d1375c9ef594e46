#include "sinks/name_lookup.hpp"

#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <chrono>
#include <condition_variable>
#include <dlfcn.h>
#include <functional>
#include <map>
#include <mutex>
#include <netdb.h>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;

namespace {

// A name server that knows `.answers`, and `.hangs`, for which it does not answer until it is let
// go.
class hanging_server {
public:
    void ask(const std::string& host)
    {
        std::unique_lock lock{mutex_};
        ++asked_[host];
        if (host.ends_with(".hangs"))
            changed_.wait(lock, [this] { return answering_; });
    }

    void answer(bool on)
    {
        const std::lock_guard lock{mutex_};
        answering_ = on;
        changed_.notify_all();
    }

    int asked(const std::string& host)
    {
        const std::lock_guard lock{mutex_};
        return asked_[host];
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool answering_ = false;
    std::map<std::string, int> asked_;
};

hanging_server server;

struct lookups {
    using answer = std::optional<found_addresses>;

    // What comes of it; the outer one is empty while nothing has.
    std::shared_ptr<std::optional<answer>> look_up(
        name_lookup& names, const std::string& host, steady::duration within
    )
    {
        auto out = std::make_shared<std::optional<answer>>();
        const auto until = steady::now() + within;
        asio::co_spawn(
            io,
            [&names, host, until, out]() -> task<> {
                *out = co_await names.look_up(host, "80", until);
            },
            asio::detached
        );
        return out;
    }

    void run_until(const std::function<bool()>& holds)
    {
        while (!holds()) {
            io.restart();
            io.run_for(2ms);
        }
    }

    lookups() { server.answer(false); }

    ~lookups() { server.answer(true); }

    asio::io_context io;
};

}  // namespace

// Instead of the C library's, for Asio's resolver too.
extern "C" int getaddrinfo(
    const char* host, const char* port, const addrinfo* hints, addrinfo** out
)
{
    using original = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto ask =
        reinterpret_cast<original>(reinterpret_cast<void*>(::dlsym(RTLD_NEXT, "getaddrinfo")));
    const std::string name = host ? host : "";
    server.ask(name);
    const bool known = name.ends_with(".hangs") || name.ends_with(".answers");
    return ask(known ? "127.0.0.7" : host, port, hints, out);
}

TEST_CASE_METHOD(lookups, "name lookup: addresses with their port, or why there are none")
{
    name_lookup names{io.get_executor()};
    const auto good = look_up(names, "here.answers", 1h);
    const auto bad = look_up(names, "no such name", 1h);
    run_until([&] { return good->has_value() && bad->has_value(); });
    REQUIRE(good->value());
    REQUIRE(good->value()->has_value());
    REQUIRE((*good->value())->size() == 1);
    CHECK((*good->value())->at(0).address().to_string() == "127.0.0.7");
    CHECK((*good->value())->at(0).port() == 80);
    REQUIRE(bad->value());
    CHECK(bad->value()->has_error());
}

TEST_CASE_METHOD(
    lookups, "name lookup: one that hangs holds up nobody else, and what nobody awaits is not asked"
)
{
    name_lookup one{io.get_executor()}, other{io.get_executor()};
    const auto held = look_up(one, "a.hangs", 1h);
    run_until([&] { return server.asked("a.hangs") == 1; });
    const auto found = look_up(other, "here.answers", 1h);
    run_until([&] { return found->has_value(); });
    CHECK(found->value());
    const auto left = look_up(one, "b.hangs", 1ms);
    run_until([&] { return left->has_value(); });
    CHECK_FALSE(left->value());
    CHECK_FALSE(held->has_value());

    server.answer(true);
    const auto last = look_up(one, "c.hangs", 1h);
    run_until([&] { return held->has_value() && last->has_value(); });
    CHECK(held->value());
    CHECK(last->value());
    CHECK(server.asked("b.hangs") == 0);
}

TEST_CASE_METHOD(lookups, "name lookup: an answer that comes after its asker is gone is let go")
{
    name_lookup names{io.get_executor()};
    while (server.asked("d.hangs") == 0) {
        const auto left = look_up(names, "d.hangs", 50ms);
        run_until([&] { return left->has_value(); });
        CHECK_FALSE(left->value());
    }
    server.answer(true);
    const auto after = look_up(names, "here.answers", 1h);
    run_until([&] { return after->has_value(); });
    CHECK(after->value());
}
