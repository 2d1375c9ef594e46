#include "config/scalars.hpp"

#include <array>
#include <limits>

namespace webhookd::config {

namespace {

struct unit {
    std::string_view name;
    std::uint64_t value;
};

// From the largest to the smallest: printing takes the first that divides.
constexpr std::array<unit, 5> durations{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}
};
constexpr std::array<unit, 10> sizes{
    {{"TiB", 1ull << 40},
     {"GiB", 1ull << 30},
     {"MiB", 1ull << 20},
     {"KiB", 1ull << 10},
     {"", 1},
     {"B", 1},
     {"KB", 1'000},
     {"MB", 1'000'000},
     {"GB", 1'000'000'000},
     {"TB", 1'000'000'000'000}}
};

// Takes the digits off the front of `text`.
std::optional<std::uint64_t> take_count(std::string_view& text)
{
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t value = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
        const auto digit = static_cast<std::uint64_t>(text[digits] - '0');
        value = value > (most - digit) / 10 ? most : value * 10 + digit;
    }
    text.remove_prefix(digits);
    return digits == 0 ? std::nullopt : std::optional{value};
}

template <std::size_t N>
std::optional<std::uint64_t> parse(std::string_view text, const std::array<unit, N>& units)
{
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    const auto count = take_count(text);
    if (!count)
        return std::nullopt;
    for (const unit& u : units) {
        if (u.name == text)
            return *count > most / u.value ? most : *count * u.value;
    }
    return std::nullopt;
}

template <std::size_t N>
std::string print(std::uint64_t value, const std::array<unit, N>& units)
{
    for (const unit& u : units) {
        if (value % u.value == 0)
            return std::to_string(value / u.value) + std::string{u.name};
    }
    return std::to_string(value);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text)
{
    constexpr auto most = static_cast<std::uint64_t>(std::chrono::milliseconds::max().count());
    const auto value = parse(text, durations);
    if (!value)
        return std::nullopt;
    return std::chrono::milliseconds{*value > most ? most : *value};
}

std::string print_duration(std::chrono::milliseconds d)
{
    return d.count() <= 0 ? "0s" : print(static_cast<std::uint64_t>(d.count()), durations);
}

std::optional<std::uint64_t> parse_size(std::string_view text)
{
    return parse(text, sizes);
}

std::string print_size(std::uint64_t bytes)
{
    return bytes == 0 ? "0" : print(bytes, sizes);
}

std::optional<std::uint64_t> parse_count(std::string_view text)
{
    const auto value = take_count(text);
    return text.empty() ? value : std::nullopt;
}

std::optional<bool> parse_bool(std::string_view text)
{
    for (const auto yes : {"true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES"}) {
        if (text == yes)
            return true;
    }
    for (const auto no : {"false", "False", "FALSE", "off", "Off", "OFF", "no", "No", "NO"}) {
        if (text == no)
            return false;
    }
    return std::nullopt;
}

bool is_word(std::string_view text)
{
    for (const char c : text) {
        const bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (!good)
            return false;
    }
    return !text.empty() && text.size() <= 64;
}

}  // namespace webhookd::config
