#include "providers/connectly/reading.hpp"

#include "event/identity.hpp"
#include "event/one_line.hpp"
#include "providers/json_text.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>

namespace webhookd::connectly {

namespace {

using namespace std::chrono;

constexpr timestamp latest{sys_days{year{9999} / December / 31} + hours{24} - microseconds{1}};

std::optional<timestamp> whole_seconds(std::string_view digits)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size())
        return std::nullopt;
    const auto limit = duration_cast<seconds>(latest.time_since_epoch()).count();
    if (value <= 0 || value > limit)
        return std::nullopt;
    return timestamp{seconds{value}};
}

}  // namespace

void reading::reserve()
{
    if (r.text.capacity() < r.body.size() + text_extra)
        r.text.reserve(r.body.size() + text_extra);
}

std::string_view reading::text(const node& n)
{
    if (n.kind == json::kind::number)
        return raw(n);
    if (n.kind != json::kind::string)
        return {};
    const std::string_view inside = in_.inside(n);
    if (!in_.escaped() || inside.find('\\') == std::string_view::npos)
        return inside;
    reserve();
    const std::size_t before = r.text.size();
    json::append_unescaped(r.text, inside);
    return std::string_view{r.text}.substr(before);
}

std::string_view reading::string_json(const node& n)
{
    if (n.kind == json::kind::string)
        return raw(n);
    if (n.kind != json::kind::number)
        return {};
    reserve();
    const std::size_t before = r.text.size();
    r.text += '"';
    r.text += raw(n);
    r.text += '"';
    return std::string_view{r.text}.substr(before);
}

std::string_view reading::any_json(const node& n)
{
    if (!there(n))
        return {};
    const std::string_view value = raw(n);
    if (!has_newline(value))
        return value;
    reserve();
    const std::size_t before = r.text.size();
    append_minified(r.text, value);
    return std::string_view{r.text}.substr(before);
}

std::string_view reading::keep(std::string_view piece)
{
    reserve();
    const std::size_t before = r.text.size();
    assert(before + piece.size() <= r.text.capacity());
    r.text += piece;
    return std::string_view{r.text}.substr(before);
}

std::optional<timestamp> reading::own_time() const
{
    const node& n = d.timestamp;
    if (n.kind == json::kind::number)
        return whole_seconds(raw(n));
    if (n.kind != json::kind::string)
        return std::nullopt;
    const std::string_view inside = in_.inside(n);
    if (const auto t = whole_seconds(inside))
        return t;
    const auto t = parse_rfc3339(inside);
    return t && *t > timestamp{} && *t <= latest ? t : std::nullopt;
}

std::uint64_t reading::own_order() const
{
    constexpr std::uint64_t order_max = (std::uint64_t{1} << 48) - 1;
    const auto t = own_time();
    if (!t)
        return 0;
    const auto ms = floor<milliseconds>(t->time_since_epoch()).count();
    return std::min(static_cast<std::uint64_t>(ms), order_max);
}

void reading::identify_by_body()
{
    std::string digest;
    append_hex(digest, sha256(r.body));
    r.id = event_id_of(r.to->name_space, {"body", digest});
    r.id_order = own_order();
}

}  // namespace webhookd::connectly
