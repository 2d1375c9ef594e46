#include "support/catch.hpp"
#include "support/stores.hpp"

#include <filesystem>
#include <functional>
#include <limits>
#include <thread>
#include <utility>

using namespace testing;
using namespace webhookd;

namespace {

constexpr auto everything = std::numeric_limits<std::uint64_t>::max();

// Upkeep until there is none left, at most so many slices.
std::vector<event> keep_up(test_store& s, timestamp at, std::uint64_t low_water, int slices = 400)
{
    std::vector<event> out;
    do {
        const auto made = s.kept->upkeep(at, low_water);
        REQUIRE(made.has_value());
        if (*made)
            for (const event& e : (*made)->events) {
                event& copy = out.emplace_back();
                copy.sequence = e.sequence;
                copy.type = e.type;
                copy.head = e.head;
            }
    } while (s.kept->upkeep_pending() && --slices > 0);
    REQUIRE(slices > 0);
    return out;
}

std::vector<receipt> others(int from, int count, std::size_t size = 10)
{
    std::vector<receipt> out;
    for (int i = from; i < from + count; ++i)
        out.push_back(make_other(std::to_string(i) + std::string(size, '.')));
    return out;
}

}  // namespace

TEST_CASE("retention takes what is old and delivered, and keeps what is not")
{
    test_store s;
    s.commit(others(0, 1000), noon);
    s.commit(others(1000, 10), noon + 24h);

    keep_up(s, noon + 6 * 24h, everything);
    CHECK(s.kept->size().events == 1010);
    keep_up(s, noon + 7 * 24h + 1s, 900);  // a sink has come as far as 900
    CHECK(s.kept->size().first_sequence == 901);
    CHECK(s.commit(others(899, 1)).told() == 1);  // its identity went with it
    CHECK(s.commit(others(900, 1)).told() == 0);
    keep_up(s, noon + 7 * 24h + 1s, everything);
    CHECK(s.kept->size().first_sequence == 1001);
    CHECK(s.reader()->size()->first_sequence == 1001);
    CHECK(s.reader()->read_events(0, 1, 1)->front().sequence == 1001);
}

TEST_CASE("a sequence is never given twice, though all events were pruned")
{
    test_store s;
    s.commit(others(0, 5), noon);
    keep_up(s, noon + 100 * 24h, everything);
    s.close();
    s.open();
    CHECK(s.commit(others(10, 1)).only().sequence == 6);
}

TEST_CASE("a shorter retention takes bodies, and still knows repeats for 7 days")
{
    test_store s{{.retention = std::chrono::hours{1}}};
    s.commit(others(0, 600), noon);
    s.take(status{});
    keep_up(s, noon + 2h, everything);
    CHECK(s.kept->size().first_sequence == 601);  // the newest one always stays
    CHECK(s.reader()->read_events(0, 1000, 1 << 30)->size() == 1);
    CHECK(s.commit(others(0, 1)).told() == 0);
    CHECK(s.take(status{}).told() == 0);

    s.close();
    s.open();
    CHECK(s.kept->size().first_sequence == 601);
    keep_up(s, noon + 8 * 24h, everything);
    CHECK(s.commit(others(0, 1)).told() == 1);
}

TEST_CASE("at max_size delivered bodies go before their time, and repeats are still known")
{
    test_store s{{.max_size = 2u << 20}};
    // Full for good: what the log holds beside the file has been taken into it.
    int made = 0, refused = 0;
    for (int i = 1; refused < 3; ++i) {
        const bool took = s.commit(others(made, 20, 5000)).told() == 20;
        made += took ? 20 : 0;
        refused = took ? 0 : refused + 1;
        keep_up(s, noon + std::chrono::seconds{i}, 0);
        REQUIRE(made < 10'000);
    }
    CHECK(s.commit(others(made, 1)).failed == errc::store_full);
    CHECK_FALSE(s.kept->probe());
    CHECK(s.kept->size().bytes >= s.settings.max_size);

    // Nothing is delivered yet: nothing may go.
    keep_up(s, noon, 0);
    CHECK(s.kept->size().first_sequence == 1);
    CHECK(s.commit(others(made, 1)).failed == errc::store_full);

    for (int i = 1; i < 20; ++i)
        keep_up(s, noon + 1h + std::chrono::seconds{i}, everything);
    CHECK(s.kept->probe());
    CHECK(s.commit(others(made, 1)).told() == 1);
    CHECK(s.commit(others(0, 1, 5000)).told() == 0);
    CHECK(s.kept->size().first_sequence > 1);
}

TEST_CASE("messages, conversations and campaigns go on a horizon of their own")
{
    test_store s{{.messages_retention = std::chrono::hours{10 * 24}}};
    std::vector<receipt> old;
    for (std::uint64_t n = 0; n < 700; ++n)
        old.push_back(make(status{.message = ulid(n), .campaign = "spring"}));
    s.commit(std::move(old), noon);
    s.take(inbound{});
    s.commit(
        [] {
            std::vector<receipt> all;
            all.push_back(make(status{.message = ulid(5), .what = delivery_status::read}));
            all.push_back(make(status{.message = ulid(900), .customer = "+5299"}));
            return all;
        }(),
        noon + 9 * 24h
    );

    keep_up(s, noon + 11 * 24h, 0);
    const auto reader = s.reader();
    CHECK_FALSE(reader->message("default", message_id{ulid(4)})->has_value());
    CHECK(reader->message("default", message_id{ulid(5)})->has_value());  // touched since
    CHECK(reader->message("default", message_id{ulid(900)})->has_value());
    CHECK(reader->campaign("default", "spring")->has_value());
    CHECK(reader->messages({.limit = 1000})->items.size() == 2);
    CHECK(reader->messages({.customer = "+525512345678"})->items.size() == 1);

    keep_up(s, noon + 20 * 24h, 0);
    CHECK_FALSE(reader->message("default", message_id{ulid(5)})->has_value());
    CHECK_FALSE(reader->campaign("default", "spring")->has_value());
    CHECK_FALSE(reader->conversation("default", "+14085550137", "+525512345678", noon)->has_value()
    );
}

TEST_CASE("a message nothing more is heard of is told as stuck, once")
{
    test_store s{{.stuck_after = std::chrono::hours{1}}};
    keep_up(s, noon, everything);
    std::string late_ulid = ulid(5);
    s.take(
        status{.callback = "{\"a\":1}", .campaign = "spring"},
        status{.message = ulid(2)},
        status{.message = ulid(2), .what = delivery_status::delivered},
        status{.message = "opaque"},
        status{.message = ulid(3), .what = delivery_status::delivered}
    );
    CHECK(keep_up(s, noon + 59min, everything).empty());

    const auto stuck = keep_up(s, noon + 61min, everything);
    REQUIRE(stuck.size() == 2);
    CHECK(stuck[0].type == "ai.connectly.message.stuck");
    CHECK(stuck[0].sequence == 6);
    CHECK(stuck[0].head.find(R"("subject":")" + ulid(1)) != std::string::npos);
    CHECK(stuck[0].head.find(R"("provider":"connectly")") != std::string::npos);
    CHECK(
        stuck[0].head.find(R"("callback_data":{"a":1},"campaign":"spring")") != std::string::npos
    );
    CHECK(stuck[0].head.find(R"("customer":{"id":"+525512345678")") != std::string::npos);
    CHECK(stuck[1].head.find(R"("subject":"opaque")") != std::string::npos);
    CHECK(keep_up(s, noon + 62min, everything).empty());

    s.close();
    s.open();
    CHECK(keep_up(s, noon + 5h, everything).empty());
    const auto events = s.reader()->read_events(5, 10, 1 << 20);
    REQUIRE(events->size() == 2);
    CHECK(line_of((*events)[0]).ends_with("\"payload\":null}}\n"));
    CHECK(s.reader()->message("default", message_id{ulid(1)})->value().events.size() == 2);
    // A status that comes after all is told as ever.
    CHECK(says(s.take(status{.what = delivery_status::read}).only(), R"("transition":"advance")"));
}

TEST_CASE("what was there before the search for stuck messages began is not told")
{
    test_store s;
    s.take(status{});
    s.close();
    s.settings.stuck_after = std::chrono::hours{1};
    s.open();
    CHECK(keep_up(s, noon, everything).empty());
    CHECK(keep_up(s, noon + 5h, everything).empty());
    s.take(status{.message = ulid(2)});
    CHECK(keep_up(s, noon + 9h, everything).size() == 1);
}

TEST_CASE("a stuck message is found though its body went for want of room")
{
    test_store s{{.max_size = 4u << 20, .stuck_after = std::chrono::hours{1}}};
    keep_up(s, noon, everything);
    s.take(status{});
    for (int i = 0; i < 40; ++i) {
        REQUIRE(s.commit(others(i * 20, 20, 5000), noon).told() == 20);
        keep_up(s, noon + std::chrono::seconds{i}, everything);
    }
    REQUIRE(s.kept->size().first_sequence > 1);
    CHECK(keep_up(s, noon + 59min, everything).empty());
    const auto stuck = keep_up(s, noon + 2h, everything);
    REQUIRE(stuck.size() == 1);
    CHECK(stuck[0].type == "ai.connectly.message.stuck");
}

TEST_CASE("upkeep has the log copied beside the commits, and nothing is lost")
{
    test_store s;
    std::jthread lent;
    int copies = 0;
    const auto run = [&](std::function<void()> work) {
        ++copies;
        lent = std::jthread{std::move(work)};
    };
    REQUIRE(s.kept->lend_thread(run).has_value());
    for (int i = 0; i < 1200; ++i) {
        REQUIRE(s.commit(others(i * 10, 10, 10'000), noon + std::chrono::seconds{i}).told() == 10);
        REQUIRE(s.kept->upkeep(noon + std::chrono::seconds{i}, 0).has_value());
        if (s.kept->upkeep_pending())
            REQUIRE(s.kept->upkeep(noon + std::chrono::seconds{i}, 0).has_value());
    }
    lent = {};
    CHECK(copies >= 2);
    CHECK(std::filesystem::file_size(s.settings.path + "-wal") < 100u << 20);
    CHECK(s.kept->size().events == 12'000);
    s.close();
    s.open();
    CHECK(s.kept->size().events == 12'000);
    CHECK(s.reader()->read_events(11'999, 10, 1 << 20)->size() == 1);
}

TEST_CASE("upkeep takes the log into the file, so that it does not grow")
{
    test_store s;
    for (int i = 0; i < 400; ++i) {
        REQUIRE(s.commit(others(i * 10, 10, 10'000), noon + std::chrono::seconds{i}).told() == 10);
        REQUIRE(s.kept->upkeep(noon + std::chrono::seconds{i}, 0).has_value());
    }
    CHECK(std::filesystem::file_size(s.settings.path + "-wal") < 45u << 20);
    CHECK(std::filesystem::file_size(s.settings.path) > 10u << 20);
}
