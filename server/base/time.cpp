#include "base/time.hpp"

#include <algorithm>
#include <charconv>

namespace webhookd {

namespace {

using namespace std::chrono;

constexpr timestamp first{sys_days{year{0} / January / 1}};
constexpr timestamp last{sys_days{year{9999} / December / 31} + hours{24} - microseconds{1}};

void put(char*& at, unsigned value, int digits)
{
    for (int i = digits - 1; i >= 0; --i) {
        at[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    at += digits;
}

void append(std::string& out, timestamp t, bool always_micros)
{
    t = std::clamp(t, first, last);
    const auto day = floor<days>(t);
    const year_month_day date{day};
    const hh_mm_ss clock{t - day};
    const auto micros = static_cast<unsigned>(clock.subseconds().count());

    char text[32];
    char* at = text;
    put(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    *at++ = '-';
    put(at, static_cast<unsigned>(date.month()), 2);
    *at++ = '-';
    put(at, static_cast<unsigned>(date.day()), 2);
    *at++ = 'T';
    put(at, static_cast<unsigned>(clock.hours().count()), 2);
    *at++ = ':';
    put(at, static_cast<unsigned>(clock.minutes().count()), 2);
    *at++ = ':';
    put(at, static_cast<unsigned>(clock.seconds().count()), 2);
    if (always_micros || micros != 0) {
        *at++ = '.';
        put(at, micros, 6);
    }
    *at++ = 'Z';
    out.append(text, at);
}

// Reads exactly `digits` decimal digits off the front of `text`.
std::optional<int> take(std::string_view& text, std::size_t digits)
{
    if (text.size() < digits)
        return std::nullopt;
    int value = 0;
    for (char c : text.substr(0, digits)) {
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, std::string_view one_of)
{
    if (text.empty() || one_of.find(text.front()) == std::string_view::npos)
        return false;
    text.remove_prefix(1);
    return true;
}

std::optional<microseconds> take_fraction(std::string_view& text)
{
    if (!take(text, "."))
        return microseconds{0};
    std::int64_t micros = 0;
    std::size_t digits = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
        if (digits < 6)
            micros = micros * 10 + (text.front() - '0');
        ++digits;
    }
    if (digits == 0)
        return std::nullopt;
    for (; digits < 6; ++digits)
        micros *= 10;
    return microseconds{micros};
}

std::optional<minutes> take_offset(std::string_view& text)
{
    if (take(text, "Zz"))
        return minutes{0};
    if (text.empty())
        return std::nullopt;
    const int sign = text.front() == '-' ? -1 : 1;
    if (!take(text, "+-"))
        return std::nullopt;
    const auto h = take(text, 2);
    const bool colon = take(text, ":");
    const auto m = take(text, 2);
    if (!h || !colon || !m || *h > 23 || *m > 59)
        return std::nullopt;
    return minutes{sign * (*h * 60 + *m)};
}

}  // namespace

timestamp now() noexcept
{
    return time_point_cast<microseconds>(system_clock::now());
}

void append_rfc3339(std::string& out, timestamp t)
{
    append(out, t, false);
}

void append_rfc3339_micros(std::string& out, timestamp t)
{
    append(out, t, true);
}

std::string to_rfc3339(timestamp t)
{
    std::string out;
    append_rfc3339(out, t);
    return out;
}

std::optional<timestamp> parse_rfc3339(std::string_view text)
{
    const auto y = take(text, 4);
    const bool dash1 = take(text, "-");
    const auto mo = take(text, 2);
    const bool dash2 = take(text, "-");
    const auto d = take(text, 2);
    const bool t = take(text, "Tt ");
    const auto h = take(text, 2);
    const bool colon1 = take(text, ":");
    const auto mi = take(text, 2);
    const bool colon2 = take(text, ":");
    const auto s = take(text, 2);
    if (!y || !dash1 || !mo || !dash2 || !d || !t || !h || !colon1 || !mi || !colon2 || !s)
        return std::nullopt;
    const auto fraction = take_fraction(text);
    const auto offset = take_offset(text);
    const year_month_day date{
        year{*y}, month{static_cast<unsigned>(*mo)}, day{static_cast<unsigned>(*d)}
    };
    if (!fraction || !offset || !text.empty() || !date.ok() || *h > 23 || *mi > 59 || *s > 60)
        return std::nullopt;
    return timestamp{sys_days{date}} + hours{*h} + minutes{*mi} + seconds{*s} + *fraction - *offset;
}

}  // namespace webhookd
