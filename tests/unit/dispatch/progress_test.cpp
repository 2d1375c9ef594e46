#include "dispatch/progress.hpp"

#include "support/catch.hpp"

#include <random>
#include <set>

using namespace webhookd;

TEST_CASE("progress: the low water rises over what was done above it")
{
    progress p{10};
    p.done(12, 14);
    CHECK(p.low_water() == 10);
    CHECK(p.done_above() == 3);
    CHECK(p.next_open(11) == 11);
    CHECK(p.next_open(12) == 15);

    p.done(11);
    CHECK(p.low_water() == 14);
    CHECK(p.done_above() == 0);
    CHECK(p.next_open(3) == 15);
}

TEST_CASE("progress: marking what is done changes nothing")
{
    progress p{10};
    p.done(1, 10);
    p.done(20, 30);
    p.done(22, 25);
    CHECK(p.low_water() == 10);
    CHECK(p.done_above() == 11);
    p.done(11, 40);
    CHECK(p.low_water() == 40);
    CHECK(p.done_above() == 0);
}

// Goal: it says the same as a plain set of numbers. Method: random marks, compared after each.
TEST_CASE("progress: agrees with a set, and comes back from its bytes")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    progress p{100};
    std::set<std::uint64_t> done;
    for (int i = 0; i < 400; ++i) {
        const std::uint64_t first = 101 + random() % 300;
        const std::uint64_t last = first + random() % 5;
        p.done(first, last);
        for (std::uint64_t s = first; s <= last; ++s)
            done.insert(s);

        std::uint64_t low = 100;
        while (done.count(low + 1))
            ++low;
        REQUIRE(p.low_water() == low);
        REQUIRE(p.done_above() == done.size() - (low - 100));
        const auto back = progress::decode(p.low_water(), p.encode(60'000));
        REQUIRE(back);
        for (std::uint64_t s = 95; s < 410; ++s) {
            CAPTURE(s);
            REQUIRE(p.is_done(s) == (s <= 100 || done.count(s) == 1));
            REQUIRE(back->is_done(s) == p.is_done(s));
        }
    }
}

TEST_CASE("progress: what does not fit into its bytes is left open")
{
    progress p{0};
    for (std::uint64_t s = 2; s < 2'000; s += 2)
        p.done(s);
    const auto bytes = p.encode(101);
    CHECK(bytes.size() <= 101);
    const auto back = progress::decode(0, bytes);
    REQUIRE(back);
    CHECK(back->done_above() == 50);
    CHECK(back->is_done(100));
    CHECK_FALSE(back->is_done(102));
}

TEST_CASE("progress: refuses bytes that it did not write")
{
    const std::string bad = GENERATE(
        std::string{"\x02"},
        std::string{"\x01\x01"},
        std::string{"\x01\x00\x01", 3},
        std::string{"\x01\x01\x00", 3},
        std::string{"\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
        std::string{"\x01\x80"},
        std::string{"text"}
    );
    CHECK_FALSE(progress::decode(5, bad));
    CHECK(progress::decode(5, "")->low_water() == 5);
}
