#include "support/catch.hpp"
#include "support/stores.hpp"

using namespace testing;
using namespace webhookd;

namespace {

dead_letter letter_of(const event& e, std::string sink, std::string reason)
{
    dead_letter out;
    out.sink = std::move(sink);
    out.reason = std::move(reason);
    out.detail = "the receiver answered 410";
    out.attempts = 3;
    out.first_attempt = noon;
    out.last_attempt = noon + 1h;
    event& copy = out.event;
    copy.sequence = e.sequence;
    copy.id = e.id;
    copy.time = e.time;
    copy.recorded = e.recorded;
    copy.type = e.type;
    copy.source = e.source;
    copy.name_space = e.name_space;
    copy.partition_key = e.partition_key;
    copy.customer = e.customer;
    copy.head = e.head;
    copy.form = e.form;
    copy.memory = block{e.body.size()};
    e.body.copy(copy.memory.data(), e.body.size());
    copy.body = {copy.memory.data(), e.body.size()};
    return out;
}

}  // namespace

TEST_CASE("cursors are saved, replaced, seen by readers at once, and forgotten")
{
    test_store s;
    const std::string above("\0\x01\xff", 3);
    const std::vector<sink_cursor> two{{"crm", 5, above, "open"}, {"log", 7, "", ""}};
    REQUIRE(s.kept->save_cursors(two));
    const std::vector<sink_cursor> one{{"crm", 6, "", "closed"}};
    REQUIRE(s.kept->save_cursors(one));
    const auto reader = s.reader();
    auto all = *reader->cursors();
    REQUIRE(all.size() == 2);
    CHECK(all[0].low_water == 6);
    CHECK(all[0].state == "closed");
    CHECK(all[1].name == "log");

    REQUIRE(s.kept->save_cursors(two));
    s.close();
    s.open();
    CHECK(s.reader()->cursors()->front().done_above == above);
    REQUIRE(s.kept->forget_sink("crm"));
    CHECK(s.kept->forget_sink("crm").error() == errc::not_found);
    CHECK(s.reader()->cursors()->size() == 1);
}

TEST_CASE("dead letters are kept whole, listed, counted and dropped")
{
    test_store s;
    const auto done = s.take(status{}, status{.message = ulid(2)}, status{.message = ulid(3)});
    std::vector<dead_letter> letters;
    letters.push_back(letter_of(done.events->events[0], "crm", "gone"));
    letters.push_back(letter_of(done.events->events[1], "crm", "gave_up"));
    letters.push_back(letter_of(done.events->events[2], "erp", "gone"));
    const std::vector<sink_cursor> cursors{{"crm", 2, "", ""}};
    REQUIRE(s.kept->add_dead_letters(letters, cursors));

    const auto reader = s.reader();
    CHECK(reader->cursors()->front().low_water == 2);
    const auto first = reader->dead_letters({}, 0, 2);
    REQUIRE(first->items.size() == 2);
    CHECK(first->next == "2");
    const dead_letter& back = first->items[0];
    CHECK(back.number == 1);
    CHECK(back.sink == "crm");
    CHECK(back.reason == "gone");
    CHECK(back.attempts == 3);
    CHECK(back.last_attempt == noon + 1h);
    CHECK(back.event.sequence == 1);
    CHECK(line_of(back.event) == line_of(done.events->events[0]));
    CHECK(reader->dead_letters({}, 2, 2)->items.size() == 1);
    CHECK(reader->dead_letters({.sink = "crm"}, 0, 9)->items.size() == 2);
    CHECK(reader->dead_letters({.reason = "gone"}, 0, 9)->items.size() == 2);
    CHECK(reader->dead_letters({.number = 2}, 0, 9)->items.size() == 1);
    CHECK(reader->dead_letters({.number = 2, .sink = "erp"}, 0, 9)->items.empty());
    using counts = std::vector<std::pair<std::string, std::uint64_t>>;
    CHECK(*reader->dead_letter_counts() == counts{{"crm", 2}, {"erp", 1}});

    CHECK(*s.kept->drop_dead_letters({.sink = "crm", .reason = "gone"}) == 1);
    CHECK(*s.kept->drop_dead_letters({.number = 77}) == 0);
    CHECK(*s.kept->drop_dead_letters({}) == 2);
    CHECK(reader->dead_letter_counts()->empty());
    REQUIRE(s.kept->add_dead_letters(letters, {}));
    CHECK(reader->dead_letters({}, 0, 1)->items[0].number == 4);  // numbers are not given twice
}
