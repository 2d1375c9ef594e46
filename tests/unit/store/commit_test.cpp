#include "support/catch.hpp"
#include "support/stores.hpp"

using namespace testing;
using namespace webhookd;

TEST_CASE("what was committed is read back whole, in order, after a restart", "[store]")
{
    test_store s;
    const auto done = s.take(status{}, status{.what = delivery_status::delivered, .at = noon + 2s});
    REQUIRE(done.told() == 2);
    const std::string first = line_of(done.events->events[0]);
    CHECK(done.events->events[0].sequence == 1);
    CHECK(done.events->events[1].sequence == 2);

    s.close();
    s.open();
    auto reader = s.reader();
    const auto events = reader->read_events(0, 10, 1 << 20);
    REQUIRE(events.has_value());
    REQUIRE(events->size() == 2);
    CHECK(line_of((*events)[0]) == first);
    CHECK((*events)[0].body == done.events->events[0].body);
    CHECK((*events)[0].signature == "c2lnbmF0dXJl");
    CHECK((*events)[0].content_type == "application/json");
    CHECK((*events)[0].customer == "+525512345678");
    CHECK((*events)[1].sequence == 2);
}

TEST_CASE("an event is told once, in one commit, in another, and after a restart", "[store]")
{
    test_store s;
    const status sent{}, other{.message = ulid(2)};
    const auto done = s.take(sent, sent, other);
    CHECK(done.told() == 2);
    CHECK(done.duplicates == std::vector<bool>{false, true, false});

    const auto again = s.take(other, sent);
    CHECK(again.events == nullptr);
    CHECK(again.duplicates == std::vector<bool>{true, true});

    s.close();
    s.open();
    CHECK(s.take(sent).told() == 0);
    CHECK(s.take(status{.message = ulid(3)}).only().sequence == 3);
}
