#include "dispatch/feed.hpp"

#include "support/catch.hpp"
#include "support/stores.hpp"

#include <utility>
#include <vector>

using namespace testing;
using namespace webhookd;

namespace {

// Commits `count` events and hands them to the feed.
void take(test_store& s, feed& to, int count)
{
    static int made = 0;
    std::vector<receipt> receipts;
    for (int i = 0; i < count; ++i)
        receipts.push_back(make_other(std::to_string(++made)));
    to.add(s.commit(std::move(receipts)).events);
}

std::vector<std::uint64_t> sequences(const stretch& s)
{
    std::vector<std::uint64_t> out;
    for (const event& e : s.events)
        out.push_back(e.sequence);
    return out;
}

}  // namespace

TEST_CASE("feed: what is in memory is shared, what is not is read from the store", "[dispatch]")
{
    test_store s;
    feed f{s.reader(), 0, {}};
    take(s, f, 2);
    take(s, f, 2);
    CHECK(f.oldest_in_memory() == 1);
    f.forget(2);
    CHECK(f.oldest_in_memory() == 3);

    const auto old = f.read(0, 10);
    CHECK_FALSE(old->shared);
    CHECK(sequences(*old) == std::vector<std::uint64_t>{1, 2, 3, 4});
    const auto recent = f.read(2, 10);
    CHECK(recent->shared);
    CHECK(sequences(*recent) == std::vector<std::uint64_t>{3, 4});
    CHECK(sequences(*f.read(3, 10)) == std::vector<std::uint64_t>{4});
    CHECK(f.read(4, 10)->events.empty());
}

TEST_CASE("feed: a batch of which a part is wanted stays whole", "[dispatch]")
{
    test_store s;
    feed f{s.reader(), 0, {}};
    take(s, f, 3);
    f.forget(2);
    CHECK(f.oldest_in_memory() == 1);
    f.forget(3);
    CHECK(f.oldest_in_memory() == 4);
    CHECK(sequences(*f.read(1, 10)) == std::vector<std::uint64_t>{2, 3});
}

TEST_CASE("feed: memory is bounded in events and bytes", "[dispatch]")
{
    test_store s;
    feed by_events{s.reader(), 0, {.events_max = 3}};
    take(s, by_events, 2);
    take(s, by_events, 2);
    CHECK(by_events.oldest_in_memory() == 3);

    feed by_bytes{s.reader(), 4, {.bytes_max = 1}};
    take(s, by_bytes, 2);
    CHECK(by_bytes.oldest_in_memory() == 7);
    CHECK(sequences(*by_bytes.read(4, 10)) == std::vector<std::uint64_t>{5, 6});
}
