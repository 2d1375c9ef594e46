#include "correlation/conversation.hpp"

#include <algorithm>
#include <tuple>

namespace webhookd::correlation {

namespace {

// Times come from outside and may lie at either end of the scale.
timestamp plus_saturated(timestamp t, std::chrono::microseconds d)
{
    return t > timestamp::max() - d ? timestamp::max() : t + d;
}

}  // namespace

bool merge_inbound(std::optional<timestamp>& last_inbound, timestamp at)
{
    if (last_inbound && *last_inbound >= at)
        return false;
    last_inbound = at;
    return true;
}

std::optional<timestamp> window_expires(std::optional<timestamp> last_inbound)
{
    if (!last_inbound)
        return std::nullopt;
    return plus_saturated(*last_inbound, window_length);
}

bool window_open(std::optional<timestamp> last_inbound, timestamp at)
{
    const auto expires = window_expires(last_inbound);
    return expires && at < *expires;
}

std::uint64_t callback_hash(std::string_view json) noexcept
{
    if (json.empty())
        return 0;
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, 64 bits
    for (const char c : json)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash == 0 ? 1 : hash;
}

std::optional<std::uint64_t> infer(
    std::span<const outbound> sent, timestamp at, std::uint64_t callback
)
{
    const outbound* newest = nullptr;
    for (const outbound& o : sent) {
        if (callback != 0 && o.callback != callback)
            continue;
        if (o.first_at > at || plus_saturated(o.first_at, window_length) < at)
            continue;
        if (!newest || std::tie(o.first_at, o.number) > std::tie(newest->first_at, newest->number))
            newest = &o;
    }
    if (!newest)
        return std::nullopt;
    return newest->number;
}

chosen_link choose_link(const link_evidence& known, std::span<const outbound> sent, timestamp at)
{
    if (known.named)
        return {link::reply_to, *known.named};
    if (known.callback != 0 && known.carriers == 1 && known.carrier)
        return {link::callback_data, *known.carrier};
    const bool plain = !known.has_reply_to && known.callback == 0;
    if (plain || known.carriers > 1) {
        const auto guess = infer(sent, at, known.callback);
        if (guess)
            return {link::inferred, *guess};
    }
    return {};
}

std::array<std::string_view, 3> names_of(const party& customer)
{
    std::array<std::string_view, 3> out{};
    std::size_t n = 0;
    for (const std::string_view name : {customer.user_id, customer.id, customer.phone_number})
        if (!name.empty() && std::find(out.begin(), out.begin() + n, name) == out.begin() + n)
            out[n++] = name;
    return out;
}

bool newest_user_id::merge(timestamp time, std::string_view other)
{
    if (other.empty())
        return false;
    if (!text.empty() &&
        !(std::tie(time, other) > std::tuple<timestamp, std::string_view>{at, text}))
        return false;
    at = time;
    text = other;
    return true;
}

}  // namespace webhookd::correlation
