#include "dispatch/lanes.hpp"

#include "support/catch.hpp"
#include "support/events.hpp"

using namespace webhookd;
using namespace std::chrono_literals;

namespace {

struct fixture {
    lane_set lanes;
    steady::time_point at = steady::now();

    void push(std::uint64_t sequence, const std::string& key)
    {
        lanes.push({std::make_shared<const event>(test::make_event(sequence, key)), false});
    }

    lane* next() { return lanes.next(at, false); }

    static std::uint64_t front(const lane* l) { return l ? l->waiting.front().what->sequence : 0; }
};

}  // namespace

TEST_CASE_METHOD(fixture, "lanes: one event of a key at a time, keys side by side")
{
    push(1, "a");
    push(2, "a");
    push(3, "b");

    lane* a = next();
    lane* b = next();
    CHECK(front(a) == 1);
    CHECK(front(b) == 3);
    CHECK(next() == nullptr);

    lanes.finished(*a);
    CHECK(front(next()) == 2);
    lanes.finished(*b);
    CHECK(lanes.events() == 1);
}

TEST_CASE_METHOD(fixture, "lanes: a key that failed blocks only itself, until it is due")
{
    push(1, "a");
    push(2, "a");
    push(3, "b");
    lane* a = next();
    lanes.failed(*a, at + 5s);

    lane* b = next();
    CHECK(front(b) == 3);
    lanes.finished(*b);
    CHECK(next() == nullptr);
    CHECK(lanes.first_due() == at + 5s);
    at += 5s;
    CHECK(front(next()) == 1);
}

TEST_CASE_METHOD(fixture, "lanes: what fails keeps no batch in memory")
{
    const auto batch = test::make_batch(1, 100);
    for (const event& e : batch->events)
        lanes.push({std::shared_ptr<const event>{batch, &e}, false});
    REQUIRE(batch.use_count() == 101);

    lanes.failed(*next(), at + 5s);
    CHECK(batch.use_count() == 1);
    CHECK(lanes.events() == 100);
    CHECK(lanes.oldest()->sequence == 1);
}

TEST_CASE_METHOD(fixture, "lanes: a probe prefers the key with the fewest attempts")
{
    push(1, "a");
    lane* a = next();
    a->tried.attempts = 4;
    lanes.failed(*a, at);
    push(2, "b");
    CHECK(front(lanes.next(at, true)) == 2);
}

TEST_CASE_METHOD(fixture, "lanes: the oldest go first, but not what is under way")
{
    push(1, "a");
    push(2, "b");
    push(3, "b");
    push(4, "c");
    lane* a = next();
    lanes.failed(*next(), at + 5s);
    std::vector<retry_record> tried;

    auto taken = lanes.take_oldest(2, tried);
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].what->sequence == 2);
    CHECK(taken[1].what->sequence == 3);
    CHECK(lanes.events() == 2);
    CHECK(lanes.first_due() == steady::time_point::max());

    lanes.put_back(std::move(taken));
    lanes.finished(*a);
    CHECK(front(next()) == 4);
    lane* b = next();
    CHECK(front(b) == 2);
    lanes.finished(*b);
    CHECK(front(next()) == 3);
    CHECK(lanes.events() == 2);
}
