#include "dispatch/dispatcher.hpp"
#include "support/catch.hpp"
#include "support/daemon_parts.hpp"
#include "support/http_peer.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::answer;
using test::eventually;
using test::http_peer;
using test::peer_reply;
using test::peer_request;

namespace {

// The value of a member of the CloudEvent's envelope.
std::string member(const peer_request& r, const std::string& name)
{
    const std::string key = "\"" + name + "\":\"";
    const auto at = r.body.find(key);
    if (at == std::string::npos)
        return "";
    return r.body.substr(at + key.size(), r.body.find('"', at + key.size()) - at - key.size());
}

std::uint64_t sequence(const peer_request& r)
{
    return std::stoull(member(r, "sequence"));
}

struct keyed_fixture : test::daemon_parts {
    static sink_settings http(const std::string& url)
    {
        http_sink_settings s;
        s.url = url;
        s.retry_initial = 2ms;
        s.retry_max = 20ms;
        s.breaker_probe = 20ms;
        s.breaker_failures = 1'000'000;
        sink_settings out;
        out.name = "crm";
        out.destination = s;
        return out;
    }

    static http_sink_settings& of(sink_settings& s)
    {
        return std::get<http_sink_settings>(s.destination);
    }

    // Three statuses of each message, message by message.
    void submit_lives(std::uint64_t first, std::uint64_t last)
    {
        for (auto what : {delivery_status::sent, delivery_status::delivered, delivery_status::read})
            for (std::uint64_t m = first; m <= last; ++m)
                submit_status(m, what);
    }

    static bool in_order_by_key(const std::vector<peer_request>& asked)
    {
        std::map<std::string, std::uint64_t> last;
        for (const auto& r : asked) {
            auto& before = last[member(r, "partitionkey")];
            if (sequence(r) < before)
                return false;
            before = sequence(r);
        }
        return true;
    }

    static std::set<std::uint64_t> told_of(const std::vector<peer_request>& asked)
    {
        std::set<std::uint64_t> out;
        for (const auto& r : asked)
            out.insert(sequence(r));
        return out;
    }
};

}  // namespace

TEST_CASE_METHOD(keyed_fixture, "keyed: everything once, in order within a key, keys side by side")
{
    http_peer peer{[](const peer_request&) -> peer_reply {
        return {answer(200).bytes, false, 1ms};
    }};
    start({http(peer.url())});
    submit_lives(1, 30);
    CHECK(eventually([&] { return only_status().cursor == 90; }));
    const auto asked = peer.requests();
    CHECK(asked.size() == 90);
    CHECK(told_of(asked).size() == 90);
    CHECK(in_order_by_key(asked));
    CHECK(peer.at_once() > 1);
    CHECK(peer.at_once() <= 8);
}

TEST_CASE_METHOD(keyed_fixture, "keyed: a key that fails blocks only itself, and keeps its order")
{
    std::atomic<bool> well{false};
    http_peer peer{[&](const peer_request& r) {
        return well || member(r, "partitionkey") != testing::ulid(1) ? answer(200) : answer(500);
    }};
    start({http(peer.url())});
    submit_lives(1, 10);
    REQUIRE(eventually([&] { return only_status().lag_events == 3; }));
    CHECK(only_status().cursor == 0);
    CHECK(only_status().last_error == "HTTP 500");
    CHECK(only_status().failures > 0);
    CHECK(only_status().lag_seconds > 0);
    well = true;
    CHECK(eventually([&] { return only_status().cursor == 30; }));
    CHECK(in_order_by_key(peer.requests()));
    CHECK(told_of(peer.requests()).size() == 30);
}

TEST_CASE_METHOD(
    keyed_fixture, "keyed: what was done above a key that hangs is not done again after a restart"
)
{
    std::atomic<bool> well{false};
    http_peer peer{[&](const peer_request& r) {
        return well || sequence(r) != 1 ? answer(200) : answer(500);
    }};
    start({http(peer.url())});
    submit_lives(1, 10);
    REQUIRE(eventually([&] { return only_status().lag_events == 3; }));
    stop();
    const std::size_t before = peer.count();
    well = true;
    start({http(peer.url())});
    CHECK(eventually([&] { return only_status().cursor == 30; }));
    CHECK(peer.count() == before + 3);
    CHECK(in_order_by_key(peer.requests()));
}

TEST_CASE_METHOD(keyed_fixture, "keyed: 410 is given up at once, and is a dead letter")
{
    http_peer peer{[](const peer_request& r) {
        return sequence(r) == 2 ? answer(410) : answer(200);
    }};
    start({http(peer.url())});
    submit_status(1, delivery_status::sent);
    submit_status(1, delivery_status::delivered);
    submit_status(1, delivery_status::read);
    REQUIRE(eventually([&] { return only_status().cursor == 3; }));
    CHECK(told_of(peer.requests()).size() == 3);
    CHECK(peer.count() == 3);
    const auto dead = letters();
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].sink == "crm");
    CHECK(dead[0].reason == "gone");
    CHECK(dead[0].detail == "HTTP 410");
    CHECK(dead[0].attempts == 1);
    CHECK(dead[0].event.sequence == 2);
    CHECK(dead[0].first_attempt <= dead[0].last_attempt);
}

TEST_CASE_METHOD(
    keyed_fixture, "keyed: what fails for too long is given up, and retried when asked"
)
{
    std::atomic<bool> well{false};
    http_peer peer{[&](const peer_request& r) {
        return well || sequence(r) != 1 ? answer(200) : answer(503);
    }};
    auto s = http(peer.url());
    of(s).retry_give_up_after = 1s;
    start({s});
    submit_status(1, delivery_status::sent);
    submit_status(1, delivery_status::delivered);
    REQUIRE(eventually([&] { return only_status().cursor == 2; }));
    auto dead = letters();
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].reason == "gave_up");
    CHECK(dead[0].attempts > 1);
    CHECK(dead[0].last_attempt - dead[0].first_attempt >= 900ms);

    SECTION("it stays where it fails again")
    {
        const std::size_t before = peer.count();
        CHECK(retry({}).value() == 1);
        CHECK(eventually([&] { return peer.count() == before + 1; }));
        stop();
        CHECK(letters().size() == 1);
    }
    SECTION("it goes where it is taken")
    {
        well = true;
        dead_letter_filter one;
        one.number = dead[0].number;
        CHECK(retry(one).value() == 1);
        CHECK(eventually([&] { return letters().empty(); }));
        CHECK(sequence(peer.requests().back()) == 1);
    }
    SECTION("one that there is not is not found")
    {
        dead_letter_filter one;
        one.number = 4'711;
        CHECK(retry(one).error() == errc::not_found);
    }
}

TEST_CASE_METHOD(keyed_fixture, "keyed: Retry-After is obeyed")
{
    std::atomic<int> asked{0};
    std::vector<std::chrono::steady_clock::time_point> at;
    http_peer peer{[&](const peer_request&) {
        at.push_back(std::chrono::steady_clock::now());
        return ++asked == 1 ? answer(429, "Retry-After: 1\r\n") : answer(200);
    }};
    start({http(peer.url())});
    submit_status(1, delivery_status::sent);
    REQUIRE(eventually([&] { return only_status().cursor == 1; }));
    REQUIRE(at.size() == 2);
    CHECK(at[1] - at[0] >= 1s);
}

TEST_CASE_METHOD(
    keyed_fixture, "keyed: the breaker opens, its state survives a restart, a probe closes it"
)
{
    std::atomic<bool> well{false};
    http_peer peer{[&](const peer_request&) { return well ? answer(200) : answer(503); }};
    auto s = http(peer.url());
    of(s).breaker_failures = 5;
    of(s).breaker_probe = 1h;
    start({s});
    submit_lives(1, 20);
    REQUIRE(eventually([&] { return only_status().breaker == "open"; }));
    stop();
    const std::size_t before = peer.count();
    CHECK(before < 5 + 8);  // What was under way when it opened came to its end.
    well = true;
    start({s});
    submit_status(100, delivery_status::sent);
    CHECK(only_status().breaker == "open");
    stop();
    CHECK(peer.count() == before);

    of(s).breaker_probe = 1ms;
    start({s});
    CHECK(eventually([&] { return only_status().cursor == 61; }));
    CHECK(eventually([&] { return only_status().breaker == "closed"; }));
    CHECK(in_order_by_key(peer.requests()));
}

TEST_CASE_METHOD(keyed_fixture, "keyed: one key that keeps failing does not shut the others out")
{
    http_peer peer{[&](const peer_request& r) {
        return sequence(r) == 1 ? answer(500) : answer(200);
    }};
    auto s = http(peer.url());
    of(s).breaker_failures = 3;
    of(s).breaker_probe = 1h;
    start({s});
    submit_status(1, delivery_status::sent);
    REQUIRE(eventually([&] { return only_status().breaker == "open"; }));
    submit_status(2, delivery_status::sent);
    CHECK(eventually([&] { return only_status().lag_events == 1; }));
    CHECK(eventually([&] { return only_status().breaker == "closed"; }));
}

TEST_CASE_METHOD(keyed_fixture, "keyed: a target that is away for all of a run is caught up with")
{
    std::uint16_t port = 0;
    {
        port = http_peer{[](const peer_request&) { return answer(200); }}.port();
    }
    auto s = http("http://127.0.0.1:" + std::to_string(port) + "/hooks");
    of(s).breaker_failures = 3;
    start({s});
    submit(12'000);  // More than the window holds.
    REQUIRE(eventually([&] { return only_status().failures > 3; }));
    http_peer peer{[](const peer_request&) { return answer(200); }, port};
    CHECK(eventually([&] { return only_status().cursor == 12'000; }));
    CHECK(told_of(peer.requests()).size() == 12'000);
}

// Beside a sink that takes its events from memory, so that they can be had from there.
TEST_CASE_METHOD(
    keyed_fixture, "keyed: next to nothing is kept in memory for a target that is down"
)
{
    sink_settings file;
    file.name = "log";
    file.destination = file_sink_settings{folder / "events.ndjson", {}, {}, 8};
    http_peer peer{[](const peer_request&) { return answer(503); }};
    auto s = http(peer.url());
    of(s).breaker_failures = 5;
    of(s).breaker_probe = 1h;
    start({s, file});
    submit(20);
    REQUIRE(eventually([&] { return only_status().breaker == "open"; }));
    for (int i = 0; i < 12; ++i)
        submit(1'000);
    CHECK(only_status().lag_events == 12'020);
    CHECK(eventually([&] { return events_in_memory() < 1'200; }));
}

TEST_CASE_METHOD(
    keyed_fixture, "keyed: a few keys with many events that fail do not shut the others out"
)
{
    http_peer peer{[&](const peer_request& r) {
        return member(r, "partitionkey") == "+16045550003" ? answer(200) : answer(500);
    }};
    auto s = http(peer.url());
    of(s).breaker_failures = 3;
    start({s});
    submit_inbound("+16045550001");
    submit_inbound("+16045550002");
    REQUIRE(eventually([&] { return only_status().breaker == "open"; }));
    for (int i = 0; i < 200; ++i)
        submit_inbound(i % 2 == 0 ? "+16045550001" : "+16045550002");
    submit_inbound("+16045550003");
    CHECK(eventually([&] { return only_status().lag_events == 202; }));
}

TEST_CASE_METHOD(
    keyed_fixture, "keyed: stopping waits for what is under way, not for what is put off"
)
{
    http_peer peer{[&](const peer_request& r) -> peer_reply {
        if (sequence(r) == 1)
            return answer(503, "Retry-After: 3600\r\n");
        return {answer(200).bytes, false, 100ms};
    }};
    start({http(peer.url())});
    submit_status(1, delivery_status::sent);
    REQUIRE(eventually([&] { return only_status().failures == 1; }));
    submit_status(2, delivery_status::sent);
    stop(1h);
    CHECK(told_of(peer.requests()).count(2) == 1);
    const auto saved = reader()->cursors().value().at(0);
    CHECK(saved.low_water == 0);
    CHECK_FALSE(saved.done_above.empty());
}

TEST_CASE_METHOD(keyed_fixture, "keyed: stopping ends what hangs, after its grace")
{
    http_peer peer{[](const peer_request&) -> peer_reply { return {"", false, 1h}; }};
    start({http(peer.url())});
    submit_status(1, delivery_status::sent);
    REQUIRE(eventually([&] { return peer.count() == 1; }));
    stop(10ms);
    CHECK(saved_cursor("crm") == 0);
}

TEST_CASE_METHOD(
    keyed_fixture, "keyed: a replay tells again what is done, in order, and can be cancelled"
)
{
    http_peer peer{[](const peer_request&) { return answer(200); }};
    start({http(peer.url())});
    submit_lives(1, 20);
    REQUIRE(eventually([&] { return only_status().cursor == 60; }));
    const std::size_t before = peer.count();
    REQUIRE(replay({"crm", 1, UINT64_MAX}));
    REQUIRE(eventually([&] { return told->replays().at(0).state == "done"; }));
    CHECK(told->replays()[0].delivered == 60);
    auto asked = peer.requests();
    CHECK(asked.size() == before + 60);
    asked.erase(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(before));
    CHECK(in_order_by_key(asked));

    peer.set([](const peer_request&) { return answer(503); });
    const auto number = replay({"crm", 1, UINT64_MAX}).value();
    REQUIRE(eventually([&] { return peer.count() > before + 60; }));
    CHECK(told->cancel_replay(number));
    CHECK(eventually([&] { return told->replays().at(1).state == "cancelled"; }));
    CHECK_FALSE(told->cancel_replay(number));
}

// Goal: a sink that says so never makes the daemon refuse. Method: more events than the store
// holds, to a target that takes none.
TEST_CASE_METHOD(keyed_fixture, "keyed: a full store drops what is oldest, where the sink says so")
{
    http_peer peer{[](const peer_request&) { return answer(503); }};
    auto s = http(peer.url());
    s.on_full = on_full::drop_oldest;
    stored.max_size = 8u << 20;
    start({s});
    for (int i = 0; i < 30; ++i)
        submit_bodies(100, 8'192);
    REQUIRE(eventually([&] { return only_status().cursor > 0; }));
    stop();
    const auto dead = letters();
    REQUIRE_FALSE(dead.empty());
    CHECK(dead.size() <= 64);  // A sixteenth of the store, of 8 KiB each.
    CHECK(dead[0].reason == "dropped");
    CHECK(dead[0].sink == "crm");
}
