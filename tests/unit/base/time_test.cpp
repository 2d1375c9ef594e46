#include "base/time.hpp"

#include "support/catch.hpp"

using namespace webhookd;
using namespace std::chrono;

namespace {

timestamp at(std::int64_t micros)
{
    return timestamp{microseconds{micros}};
}

}  // namespace

TEST_CASE("time: whole seconds are written without a fraction, others with six digits", "[base]")
{
    struct {
        std::int64_t micros;
        const char* text;
    } const cases[] = {
        {0, "1970-01-01T00:00:00Z"},
        {1'771'235'950'000'000, "2026-02-16T09:59:10Z"},
        {1'771'235'950'482'113, "2026-02-16T09:59:10.482113Z"},
        {1'771'235'950'000'001, "2026-02-16T09:59:10.000001Z"},
        {951'782'400'000'000, "2000-02-29T00:00:00Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {253'402'300'799'999'999, "9999-12-31T23:59:59.999999Z"},
        {-62'167'219'200'000'000, "0000-01-01T00:00:00Z"},
    };

    for (const auto& c : cases) {
        DYNAMIC_SECTION(c.text)
        {
            CHECK(to_rfc3339(at(c.micros)) == c.text);
            CHECK(parse_rfc3339(c.text) == at(c.micros));
        }
    }
}

TEST_CASE("time: append_rfc3339_micros always writes six digits, after what is there", "[base]")
{
    std::string out = "x";
    append_rfc3339_micros(out, at(0));
    CHECK(out == "x1970-01-01T00:00:00.000000Z");
}

TEST_CASE("time: what lies outside of the four-digit years is clamped", "[base]")
{
    CHECK(to_rfc3339(timestamp::max()) == "9999-12-31T23:59:59.999999Z");
    CHECK(to_rfc3339(timestamp::min()) == "0000-01-01T00:00:00Z");
}

TEST_CASE("time: other spellings of one moment are read alike", "[base]")
{
    const auto moment = at(1'771'235'950'500'000);
    const char* const text = GENERATE(
        "2026-02-16T09:59:10.5Z",
        "2026-02-16t09:59:10.5z",
        "2026-02-16 09:59:10.500Z",
        "2026-02-16T09:59:10.500000999Z",
        "2026-02-16T11:59:10.5+02:00",
        "2026-02-16T04:29:10.5-05:30",
        "2026-02-16T09:59:10.5-00:00"
    );
    CAPTURE(text);
    CHECK(parse_rfc3339(text) == moment);
}

TEST_CASE("time: a leap second is the first moment of the next minute", "[base]")
{
    CHECK(parse_rfc3339("2016-12-31T23:59:60Z") == parse_rfc3339("2017-01-01T00:00:00Z"));
}

TEST_CASE("time: text that is no RFC 3339 date-time is refused", "[base]")
{
    const char* const text = GENERATE(
        "",
        "now",
        "1771235950",
        "2026-02-16",
        "2026-02-16T09:59:10",
        "2026-02-16T09:59Z",
        "2026-02-16T09:59:10.Z",
        "2026-02-16T09:59:10,5Z",
        "2026-02-16T09:59:10Z ",
        " 2026-02-16T09:59:10Z",
        "2026-02-16_09:59:10Z",
        "2026-02-30T09:59:10Z",
        "2025-02-29T09:59:10Z",
        "2026-00-16T09:59:10Z",
        "2026-13-16T09:59:10Z",
        "2026-02-00T09:59:10Z",
        "2026-02-16T24:00:00Z",
        "2026-02-16T09:60:10Z",
        "2026-02-16T09:59:61Z",
        "2026-02-16T09:59:10+24:00",
        "2026-02-16T09:59:10+02:60",
        "2026-02-16T09:59:10+0200",
        "2026-02-16T09:59:10+02",
        "-026-02-16T09:59:10Z",
        "+2026-02-16T09:59:10Z",
        "12026-02-16T09:59:10Z",
        "2026-2-16T09:59:10Z"
    );
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text).has_value());
}

TEST_CASE("time: every cut of a date-time is refused", "[base]")
{
    const std::string_view whole = "2026-02-16T09:59:10.482113+02:00";
    REQUIRE(parse_rfc3339(whole).has_value());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK_FALSE(parse_rfc3339(whole.substr(0, length)).has_value());
    }
}

TEST_CASE("time: now is the system's clock in whole microseconds", "[base]")
{
    const auto before = floor<microseconds>(system_clock::now());
    const auto t = now();
    CHECK(t >= before);
    CHECK(t <= system_clock::now());
}
