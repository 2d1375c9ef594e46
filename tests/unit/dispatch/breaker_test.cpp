#include "dispatch/breaker.hpp"

#include "support/catch.hpp"

using namespace webhookd;
using namespace std::chrono_literals;

namespace {

constexpr breaker::settings three{3, 30'000ms};
constexpr timestamp start{std::chrono::microseconds{1'771'235'950'000'000}};

breaker opened()
{
    breaker b{three};
    for (int i = 0; i < 3; ++i)
        b.failed(start);
    return b;
}

}  // namespace

TEST_CASE("breaker: opens after so many failures in a row")
{
    breaker b{three};
    b.failed(start);
    b.failed(start);
    b.succeeded();
    b.failed(start);
    b.failed(start);
    CHECK(b.admit(start));
    b.failed(start);
    CHECK(b.now() == breaker::state::open);
    CHECK_FALSE(b.admit(start + 29s));
    CHECK(b.next(start) == start + 30s);
}

TEST_CASE("breaker: lets one probe through, whose outcome decides")
{
    breaker b = opened();
    REQUIRE(b.admit(start + 30s));
    CHECK(b.now() == breaker::state::half_open);
    CHECK_FALSE(b.admit(start + 60s));
    CHECK_FALSE(b.next(start + 60s));

    SECTION("success closes it")
    {
        b.succeeded();
        CHECK(b.now() == breaker::state::closed);
        CHECK(b.admit(start + 31s));
    }
    SECTION("failure opens it for another interval")
    {
        b.failed(start + 35s);
        CHECK_FALSE(b.admit(start + 64s));
        CHECK(b.admit(start + 65s));
    }
    SECTION("an attempt that says nothing lets another probe")
    {
        b.abandoned(start + 35s);
        CHECK(b.admit(start + 65s));
    }
}

TEST_CASE("breaker: an attempt that was under way when it opened moves no probe")
{
    breaker b = opened();
    b.failed(start + 20s);
    CHECK(b.admit(start + 30s));
}

TEST_CASE("breaker: a clock that was set back holds it for one interval at most")
{
    breaker b = opened();
    CHECK_FALSE(b.admit(start - 240h));
    CHECK(b.admit(start - 240h + 30s));
}

TEST_CASE("breaker: without a limit it never opens")
{
    breaker b{{std::nullopt, 30'000ms}};
    for (int i = 0; i < 1'000; ++i)
        b.failed(start);
    CHECK(b.admit(start));
}

TEST_CASE("breaker: its state survives being written down")
{
    breaker b = opened();
    breaker again{three};
    again.decode(b.encode());
    CHECK(again.now() == breaker::state::open);
    CHECK_FALSE(again.admit(start + 29s));
    CHECK(again.admit(start + 30s));

    // A probe under way is forgotten: another one is made.
    breaker third{three};
    third.decode(again.encode());
    CHECK(third.now() == breaker::state::open);
}

TEST_CASE("breaker: text that it did not write changes nothing")
{
    const char* bad = GENERATE("", "open", "open x", "open 3", "open 3x", "shut 3 4", "open 3 y");
    breaker b{three};
    b.decode(bad);
    CHECK(b.now() == breaker::state::closed);
    CHECK(b.encode() == "closed 0");
}
