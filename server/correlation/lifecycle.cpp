#include "correlation/lifecycle.hpp"

#include <algorithm>
#include <tuple>

namespace webhookd::correlation {

namespace {

// The order in which statuses win over each other (design §5).
constexpr int rank(delivery_status s) noexcept
{
    switch (s) {
        case delivery_status::unknown: return 0;
        case delivery_status::sent: return 1;
        case delivery_status::delivery_failed: return 2;
        case delivery_status::delivered: return 3;
        case delivery_status::read: return 4;
    }
    return 0;
}

constexpr delivery_status by_rank[] = {
    delivery_status::read,
    delivery_status::delivered,
    delivery_status::delivery_failed,
    delivery_status::sent
};

transition transition_of(
    std::optional<delivery_status> before, delivery_status seen, bool seen_before
)
{
    if (!before)
        return transition::first;
    if (seen_before)
        return transition::repeat;
    if (rank(seen) < rank(*before))
        return transition::late;
    return *before == delivery_status::delivery_failed ? transition::revise : transition::advance;
}

bool lacks_sent(const message_state& state)
{
    return !state.at(delivery_status::sent) &&
           (state.at(delivery_status::delivered) || state.at(delivery_status::read));
}

bool merge_error(message_state& state, const receipt& status)
{
    if (status.error_json.empty())
        return false;
    const auto given = std::tie(status.time, status.error_json, status.category);
    const auto held = std::tie(state.error.at, state.error.text, state.category);
    if (!state.error.text.empty() && !(given < held))
        return false;
    state.error = {status.time, status.error_json};
    state.category = status.category;
    return true;
}

void append_member(std::string& out, std::string_view name, std::string_view json)
{
    out += out.empty() ? "{\"" : ",\"";
    out.append(name).append("\":").append(json.empty() ? std::string_view{"null"} : json);
}

// Takes the value of the next member, which is called `name`. Values are scalars.
std::string_view take_member(std::string_view& rest, std::string_view name)
{
    const auto start = rest.find(':');
    if (start == std::string_view::npos || rest.substr(0, start).find(name) == rest.npos)
        return {};
    rest.remove_prefix(start + 1);
    bool quoted = false;
    std::size_t end = 0;
    for (; end < rest.size(); ++end) {
        const char c = rest[end];
        if (quoted && c == '\\')
            ++end;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == ',' || c == '}'))
            break;
    }
    const auto value = rest.substr(0, end);
    rest.remove_prefix(std::min(end, rest.size()));
    return value == "null" ? std::string_view{} : value;
}

}  // namespace

bool earliest_text::merge(timestamp time, std::string_view other)
{
    if (other.empty())
        return false;
    if (!text.empty() &&
        !(std::tie(time, other) < std::tuple<timestamp, std::string_view>{at, text}))
        return false;
    at = time;
    text = other;
    return true;
}

bool message_state::seen() const noexcept
{
    return std::any_of(first_at.begin(), first_at.end(), [](const auto& t) {
        return t.has_value();
    });
}

delivery_status message_state::effective() const noexcept
{
    for (const delivery_status s : by_rank)
        if (at(s))
            return s;
    return delivery_status::unknown;
}

std::optional<timestamp> message_state::earliest() const noexcept
{
    std::optional<timestamp> least;
    for (const auto& t : first_at)
        if (t && (!least || *t < *least))
            least = t;
    return least;
}

merged merge(message_state& state, const receipt& status)
{
    merged out;
    if (state.seen())
        out.previous = state.effective();
    const bool lacked_sent = lacks_sent(state);
    auto& first = state.first_at[static_cast<std::size_t>(status.status)];
    out.transition = transition_of(out.previous, status.status, first.has_value());

    if (!first || status.time < *first) {
        first = status.time;
        out.changed = true;
    }
    if (lacks_sent(state) != lacked_sent)
        out.gap = lacked_sent ? sent_gap::closed : sent_gap::opened;
    out.changed |= state.business.merge(status.time, status.business.id);
    out.changed |= state.callback_data.merge(status.time, status.callback_data_json);
    out.changed |= state.campaign.merge(status.time, status.campaign);
    out.changed |= merge_error(state, status);
    // The text is built only where it can win.
    const bool identified = !status.customer.key().empty();
    if (identified && (state.customer.text.empty() || status.time <= state.customer.at))
        out.changed |= state.customer.merge(status.time, party_json(status.customer));
    return out;
}

lifecycle_view view(const message_state& state, const merged& change)
{
    return {
        .status = state.effective(),
        .previous = change.previous,
        .transition = change.transition,
        .sent_at = state.at(delivery_status::sent),
        .delivered_at = state.at(delivery_status::delivered),
        .read_at = state.at(delivery_status::read),
        .failed_at = state.at(delivery_status::delivery_failed)
    };
}

std::string party_json(const party& p)
{
    std::string out;
    out.reserve(
        48 + p.id_json.size() + p.name_json.size() + p.user_id_json.size() +
        p.phone_number_json.size()
    );
    append_member(out, "id", p.id_json);
    append_member(out, "name", p.name_json);
    append_member(out, "user_id", p.user_id_json);
    append_member(out, "phone_number", p.phone_number_json);
    out += '}';
    return out;
}

party party_of(std::string_view json)
{
    party out;
    out.id_json = take_member(json, "id");
    out.name_json = take_member(json, "name");
    out.user_id_json = take_member(json, "user_id");
    out.phone_number_json = take_member(json, "phone_number");
    return out;
}

}  // namespace webhookd::correlation
