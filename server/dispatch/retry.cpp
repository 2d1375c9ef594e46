#include "dispatch/retry.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace webhookd {

namespace {

using namespace std::chrono;

bool skip(std::string_view& text, std::string_view what)
{
    if (!text.starts_with(what))
        return false;
    text.remove_prefix(what.size());
    return true;
}

std::optional<unsigned> digits(std::string_view& text, std::size_t count)
{
    unsigned value = 0;
    if (text.size() < count)
        return std::nullopt;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + count, value);
    if (ec != std::errc{} || end != text.data() + count)
        return std::nullopt;
    text.remove_prefix(count);
    return value;
}

std::optional<unsigned> month_of(std::string_view& text)
{
    constexpr std::array<std::string_view, 12> names{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    for (std::size_t i = 0; i < names.size(); ++i)
        if (skip(text, names[i]))
            return static_cast<unsigned>(i + 1);
    return std::nullopt;
}

struct clock_time {
    unsigned h, m, s;
};

std::optional<clock_time> clock_of(std::string_view& text)
{
    const auto h = digits(text, 2);
    const bool colon1 = skip(text, ":");
    const auto m = digits(text, 2);
    const bool colon2 = skip(text, ":");
    const auto s = digits(text, 2);
    if (!h || !colon1 || !m || !colon2 || !s || *h > 23 || *m > 59 || *s > 60)
        return std::nullopt;
    return clock_time{*h, *m, *s};
}

std::optional<timestamp> combine(unsigned y, unsigned m, unsigned d, const clock_time& t)
{
    const year_month_day date{year{static_cast<int>(y)}, month{m}, day{d}};
    if (!date.ok())
        return std::nullopt;
    return sys_days{date} + hours{t.h} + minutes{t.m} + seconds{t.s};
}

// The rest of "Sun, 06 Nov 1994 08:49:37 GMT" or "Sunday, 06-Nov-94 08:49:37 GMT" behind the comma.
std::optional<timestamp> after_comma(std::string_view text, timestamp at)
{
    if (!skip(text, " "))
        return std::nullopt;
    const auto d = digits(text, 2);
    const bool dashes = skip(text, "-");
    const bool separated = dashes || skip(text, " ");
    const auto m = month_of(text);
    if (!d || !separated || !m || !skip(text, dashes ? "-" : " "))
        return std::nullopt;
    auto y = digits(text, dashes ? 2 : 4);
    const bool blank = skip(text, " ");
    const auto t = clock_of(text);
    if (!y || !blank || !t || text != " GMT")
        return std::nullopt;
    if (dashes) {
        // Two digits: never more than 50 years ahead (RFC 9110 §5.6.7).
        const year_month_day today{floor<days>(at)};
        const auto this_year = static_cast<unsigned>(static_cast<int>(today.year()));
        *y += this_year / 100 * 100;
        if (*y > this_year + 50)
            *y -= 100;
    }
    return combine(*y, *m, *d, *t);
}

// "Sun Nov  6 08:49:37 1994", without the name of the day.
std::optional<timestamp> asctime_form(std::string_view text)
{
    const auto m = month_of(text);
    if (!m || !skip(text, " "))
        return std::nullopt;
    const auto d = skip(text, " ") ? digits(text, 1) : digits(text, 2);
    const bool blank1 = skip(text, " ");
    const auto t = clock_of(text);
    const bool blank2 = skip(text, " ");
    const auto y = digits(text, 4);
    if (!d || !blank1 || !t || !blank2 || !y || !text.empty())
        return std::nullopt;
    return combine(*y, *m, *d, *t);
}

}  // namespace

milliseconds backoff(
    const backoff_settings& settings, std::uint32_t failures, double random
) noexcept
{
    auto ceiling = settings.initial;
    for (std::uint32_t i = 1; i < failures && ceiling < settings.max; ++i)
        ceiling *= 2;
    ceiling = std::min(ceiling, settings.max);
    return milliseconds{static_cast<std::int64_t>(random * static_cast<double>(ceiling.count()))};
}

std::optional<timestamp> parse_http_date(std::string_view text, timestamp at)
{
    constexpr std::array<std::string_view, 7> days_long{
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
    };
    for (std::string_view name : days_long) {
        if (!text.starts_with(name.substr(0, 3)))
            continue;
        text.remove_prefix(text.starts_with(name) ? name.size() : 3);
        if (skip(text, ","))
            return after_comma(text, at);
        return skip(text, " ") ? asctime_form(text) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<milliseconds> parse_retry_after(std::string_view value, timestamp at)
{
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
        value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t'))
        value.remove_suffix(1);
    if (value.empty())
        return std::nullopt;
    constexpr auto most = duration_cast<milliseconds>(retry_after_max);
    if (value.find_first_not_of("0123456789") == std::string_view::npos) {
        std::uint64_t n = 0;
        const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), n);
        const auto seconds_max = static_cast<std::uint64_t>(most.count() / 1000);
        if (ec != std::errc{} || n >= seconds_max)
            return most;
        return seconds{n};
    }
    const auto when = parse_http_date(value, at);
    if (!when)
        return std::nullopt;
    return std::clamp(ceil<milliseconds>(*when - at), milliseconds{0}, most);
}

}  // namespace webhookd
