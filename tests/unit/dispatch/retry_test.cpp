#include "dispatch/retry.hpp"

#include "support/catch.hpp"

using namespace webhookd;
using namespace std::chrono_literals;

TEST_CASE("retry: backs off exponentially up to the maximum, by a random share")
{
    const backoff_settings s{1'000ms, 10'000ms};
    const double share = GENERATE(0.0, 0.5, 0.999);
    const auto of = [&](double ms) {
        return std::chrono::milliseconds{static_cast<long>(share * ms)};
    };

    CHECK(backoff(s, 1, share) == of(1'000));
    CHECK(backoff(s, 2, share) == of(2'000));
    CHECK(backoff(s, 4, share) == of(8'000));
    CHECK(backoff(s, 5, share) == of(10'000));
    CHECK(backoff(s, UINT32_MAX, share) == of(10'000));
}

TEST_CASE("retry: reads Retry-After in seconds and in all three date forms")
{
    const auto at = parse_rfc3339("1994-11-06T08:49:07Z").value();

    struct {
        const char* text;
        std::optional<std::chrono::milliseconds> expected;
    } cases[] = {
        {"0", 0ms},
        {"120", 120'000ms},
        {" 7\t", 7'000ms},
        {"86401", 24h},
        {"99999999999999999999999", 24h},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 30'000ms},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 30'000ms},
        {"Sun Nov  6 08:49:37 1994", 30'000ms},
        {"Thu Nov 10 08:49:37 1994", 24h},
        {"Sat, 05 Nov 1994 08:49:37 GMT", 0ms},
        {"Fri, 06 Nov 2094 08:49:37 GMT", 24h},
        {"", std::nullopt},
        {"-1", std::nullopt},
        {"1.5", std::nullopt},
        {"soon", std::nullopt},
        {"Sun, 31 Feb 1994 08:49:37 GMT", std::nullopt},
        {"Sun, 06 Nov 1994 24:49:37 GMT", std::nullopt},
        {"Sun, 06 Nov 1994 08:49:37 CET", std::nullopt},
        {"Sun, 06 Nov 1994", std::nullopt},
        {"Sun", std::nullopt},
    };

    for (const auto& c : cases) {
        DYNAMIC_SECTION("'" << c.text << "'")
        {
            CHECK(parse_retry_after(c.text, at) == c.expected);
        }
    }
}

TEST_CASE("retry: a year of two digits is never more than 50 years ahead")
{
    const auto at = parse_rfc3339("2026-01-01T00:00:00Z").value();
    CHECK(
        parse_http_date("Monday, 01-Jan-76 00:00:00 GMT", at) ==
        parse_rfc3339("2076-01-01T00:00:00Z")
    );
    CHECK(
        parse_http_date("Monday, 01-Jan-77 00:00:00 GMT", at) ==
        parse_rfc3339("1977-01-01T00:00:00Z")
    );
}
