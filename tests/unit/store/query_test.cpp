#include "support/catch.hpp"
#include "support/stores.hpp"

using namespace testing;
using namespace webhookd;

namespace {

// Goes through all pages; `query` is changed.
std::vector<std::string> all_pages(store_reader& reader, message_query query)
{
    std::vector<std::string> out;
    for (int pages = 0; pages < 100; ++pages) {
        const auto page = reader.messages(query);
        REQUIRE(page.has_value());
        REQUIRE(page->items.size() <= query.limit);
        for (const auto& m : page->items)
            out.push_back(m.id.text());
        if (page->next.empty())
            return out;
        query.after = page->next;
    }
    FAIL("the pages do not end");
    return out;
}

void fill(test_store& s)
{
    using enum delivery_status;
    std::vector<receipt> all;
    for (std::uint64_t n = 0; n < 25; ++n)
        all.push_back(make(status{
            .message = ulid(n),
            .what = n % 5 == 0 ? read : sent,
            .customer = n % 2 == 0 ? "+5211" : "+5222",
            .campaign = n < 10 ? "spring" : "autumn"
        }));
    all.push_back(make(status{.message = ulid(50), .name_space = "other"}));
    s.commit(std::move(all));
}

}  // namespace

TEST_CASE("messages are listed newest first, page by page, without gaps or repeats")
{
    test_store s;
    fill(s);
    const auto reader = s.reader();
    const auto limit = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{25}, std::size_t{1000});
    const auto ids = all_pages(*reader, {.limit = limit});
    REQUIRE(ids.size() == 25);
    for (std::uint64_t n = 0; n < 25; ++n)
        CHECK(ids[24 - n] == ulid(n));

    const auto mine = all_pages(*reader, {.customer = "+5211", .limit = limit});
    REQUIRE(mine.size() == 13);
    CHECK(mine.front() == ulid(24));
    CHECK(mine.back() == ulid(0));
}

TEST_CASE("messages are listed by status and campaign, and by both of a customer")
{
    test_store s;
    fill(s);
    const auto reader = s.reader();
    CHECK(all_pages(*reader, {.status = delivery_status::read, .limit = 2}).size() == 5);
    CHECK(all_pages(*reader, {.campaign = "spring", .limit = 3}).size() == 10);
    CHECK(all_pages(*reader, {.campaign = "spring", .status = delivery_status::sent}).size() == 8);
    CHECK(all_pages(*reader, {.customer = "+5222", .campaign = "spring"}).size() == 5);
    CHECK(all_pages(*reader, {.customer = "+5222", .status = delivery_status::delivered}).empty());
    CHECK(all_pages(*reader, {.customer = "+5200"}).empty());
    CHECK(all_pages(*reader, {.name_space = "other"}).size() == 1);
    CHECK(all_pages(*reader, {.name_space = "unheard"}).empty());
}

TEST_CASE("cursors that are none of ours are refused, and huge limits are cut")
{
    test_store s;
    fill(s);
    const auto reader = s.reader();
    const auto bad = GENERATE(
        as<std::string>{},
        "x",
        "m",
        "m0",
        "m-1",
        "m1x",
        "m99999999999999999999",
        "1",
        "c00",
        "m%31",
        std::string(5000, '9')
    );
    CHECK(reader->messages({.after = bad}).error() == errc::invalid_argument);
    CHECK(reader->messages({.customer = "+5211", .after = bad}).error() == errc::invalid_argument);
    CHECK(reader->messages({.limit = std::size_t(-1)})->items.size() == 25);
    CHECK(reader->messages({.limit = 0})->items.size() == 1);

    const auto bad_campaign = GENERATE(as<std::string>{}, "x", "m1", "c0", "czz", "c%3");
    CHECK(reader->campaigns("default", bad_campaign, 5).error() == errc::invalid_argument);
}

TEST_CASE("campaigns are listed by name, page by page")
{
    test_store s;
    fill(s);
    const auto reader = s.reader();
    const auto first = reader->campaigns("default", "", 1);
    REQUIRE(first->items.size() == 1);
    CHECK(first->items[0].name == "autumn");
    CHECK(first->items[0].messages == 15);
    const auto second = reader->campaigns("default", first->next, 1);
    REQUIRE(second->items.size() == 1);
    CHECK(second->items[0].name == "spring");
    CHECK(second->next.empty());
    CHECK(reader->campaigns("other", "", 5)->items.empty());
    CHECK_FALSE(reader->campaign("default", "summer")->has_value());
}

TEST_CASE("events are read from a sequence on, up to both limits, at least one")
{
    test_store s;
    fill(s);
    const auto reader = s.reader();
    CHECK(reader->read_events(0, 10, 1 << 20)->size() == 10);
    CHECK(reader->read_events(20, 100, 1 << 20)->size() == 6);
    CHECK(reader->read_events(3, 10, 1)->size() == 1);
    CHECK(reader->read_events(3, 10, 1)->front().sequence == 4);
    CHECK(reader->read_events(26, 10, 1 << 20)->empty());
    CHECK(reader->read_events(UINT64_MAX, 10, 1 << 20)->empty());
}

TEST_CASE("a time leads to the first event recorded at or after it")
{
    test_store s;
    CHECK(*s.reader()->sequence_at(noon) == 1);
    for (int i = 0; i < 10; ++i)
        s.commit(
            [&] {
                std::vector<receipt> one;
                one.push_back(make_other(std::to_string(i)));
                return one;
            }(),
            noon + std::chrono::seconds{10 * i}
        );
    const auto reader = s.reader();
    CHECK(*reader->sequence_at(noon - 1h) == 1);
    CHECK(*reader->sequence_at(noon + 10s) == 2);
    CHECK(*reader->sequence_at(noon + 11s) == 3);
    CHECK(*reader->sequence_at(noon + 1h) == 11);
}

TEST_CASE("a reader sees what is committed while it is open, and cannot write")
{
    test_store s;
    const auto reader = s.reader();
    CHECK(reader->size()->last_sequence == 0);
    fill(s);
    CHECK(reader->size()->last_sequence == 26);
    CHECK(reader->size()->events == 26);
    CHECK(reader->read_events(25, 10, 1 << 20)->size() == 1);
}
