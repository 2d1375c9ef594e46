#include "event/correlated.hpp"

#include "base/json.hpp"
#include "event/event.hpp"
#include "event/one_line.hpp"

#include <charconv>

namespace webhookd {

namespace {

void append_number(std::string& out, std::int64_t value)
{
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    out.append(text, end);
}

void append_json(std::string& out, std::string_view key, std::string_view json)
{
    out += key;
    append_one_line(out, json);
}

void append_text(std::string& out, std::string_view key, std::string_view text)
{
    out += key;
    if (text.empty())
        out += "null";
    else
        json::append_string(out, text);
}

void append_time(std::string& out, std::string_view key, const std::optional<timestamp>& t)
{
    out += key;
    if (!t) {
        out += "null";
        return;
    }
    out += '"';
    append_rfc3339(out, *t);
    out += '"';
}

/// What CloudEvents itself and its extensions ask for: everything in front of `data`.
void append_attributes(
    std::string& out, const receipt& r, std::uint64_t sequence, timestamp recorded
)
{
    std::string id = event_id_text(r.id);
    out += R"({"specversion":"1.0","id":")";
    out += id;
    out += R"(","source":)";
    json::append_string(out, r.to->path);
    out += R"(,"type":")";
    out += r.type;
    out += '"';
    if (!r.subject.empty()) {
        out += R"(,"subject":)";
        json::append_string(out, r.subject);
    }
    out += R"(,"time":")";
    append_rfc3339(out, r.time);
    out += R"(","datacontenttype":"application/json","sequence":")";
    append_number(out, static_cast<std::int64_t>(sequence));
    out += R"(","partitionkey":)";
    json::append_string(out, r.subject.empty() ? std::string_view{id} : r.subject);
    out += R"(,"recordedtime":")";
    append_rfc3339_micros(out, recorded);
    out += '"';
}

void append_parties(std::string& out, const receipt& r)
{
    append_json(out, R"(,"business":{"id":)", r.business.id_json);
    append_json(out, R"(,"name":)", r.business.name_json);
    append_json(out, R"(},"customer":{"id":)", r.customer.id_json);
    append_json(out, R"(,"name":)", r.customer.name_json);
    append_json(out, R"(,"user_id":)", r.customer.user_id_json);
    append_json(out, R"(,"phone_number":)", r.customer.phone_number_json);
    out += '}';
}

// A status nobody knows is told as the provider spelled it.
std::string_view status_of(const receipt& r)
{
    if (r.topic != topic::delivery_status)
        return {};
    return r.status == delivery_status::unknown ? r.status_text : name(r.status);
}

void append_lifecycle(std::string& out, const std::optional<lifecycle_view>& l)
{
    out += R"(,"lifecycle":)";
    if (!l) {
        out += "null";
        return;
    }
    out += R"({"status":")";
    out += name(l->status);
    out += R"(","previous":)";
    append_text(out, {}, l->previous ? name(*l->previous) : std::string_view{});
    out += R"(,"transition":")";
    out += name(l->transition);
    append_time(out, R"(","sent_at":)", l->sent_at);
    append_time(out, R"(,"delivered_at":)", l->delivered_at);
    append_time(out, R"(,"read_at":)", l->read_at);
    append_time(out, R"(,"failed_at":)", l->failed_at);
    out += R"(,"sent_to_delivered_ms":)";
    // Clocks may disagree: a latency below zero is none.
    if (l->sent_at && l->delivered_at && *l->delivered_at >= *l->sent_at) {
        const auto took = *l->delivered_at - *l->sent_at;
        append_number(out, std::chrono::floor<std::chrono::milliseconds>(took).count());
    }
    else {
        out += "null";
    }
    out += '}';
}

void append_correlation(std::string& out, const correlated& c)
{
    const std::string linked = c.link == link::none ? std::string{} : c.message.text();
    out += R"(,"correlation":{"link":")";
    out += name(c.link);
    append_text(out, R"(","message_id":)", linked);
    append_json(out, R"(,"context":)", c.context_json);
    out += '}';
    append_lifecycle(out, c.lifecycle);
    out += R"(,"session_window":{"open":)";
    out += c.window_open ? "true" : "false";
    append_time(out, R"(,"expires_at":)", c.window_expires);
    out += '}';
}

}  // namespace

std::string_view name(link l) noexcept
{
    switch (l) {
        case link::none: return "none";
        case link::message_id: return "message_id";
        case link::reply_to: return "reply_to";
        case link::callback_data: return "callback_data";
        case link::inferred: return "inferred";
    }
    return "none";
}

std::string_view name(transition t) noexcept
{
    switch (t) {
        case transition::first: return "first";
        case transition::advance: return "advance";
        case transition::late: return "late";
        case transition::revise: return "revise";
        case transition::repeat: return "repeat";
    }
    return "first";
}

std::string render_head(
    const receipt& r, const correlated& c, std::uint64_t sequence, timestamp recorded
)
{
    constexpr std::size_t fixed_parts = 1100;  // every key, with times and ids
    std::string out;
    out.reserve(
        fixed_parts + r.to->path.size() + 2 * r.subject.size() + r.error_json.size() +
        r.message_json.size() + c.callback_data_json.size() + c.campaign.size() +
        c.context_json.size() + r.customer.id_json.size() + r.customer.name_json.size()
    );
    append_attributes(out, r, sequence, recorded);
    append_text(out, R"(,"data":{"provider":)", r.to->provider);
    append_text(out, R"(,"topic":)", r.topic_name);
    append_json(out, R"(,"channel":)", r.channel_json);
    append_parties(out, r);
    const bool known = c.link != link::none && c.link != link::inferred;
    append_text(out, R"(,"message_id":)", known ? c.message.text() : std::string{});
    append_text(out, R"(,"status":)", status_of(r));
    append_json(out, R"(,"error":)", r.error_json);
    if (!r.message_json.empty())
        append_json(out, R"(,"message":)", r.message_json);
    append_json(out, R"(,"callback_data":)", c.callback_data_json);
    append_text(out, R"(,"campaign":)", c.campaign);
    append_correlation(out, c);
    if (c.duplicate)
        out += R"(,"duplicate":true)";
    if (r.form == payload_form::minified)
        out += R"(,"payload_minified":true)";
    out += r.form == payload_form::base64 ? R"(,"payload_base64":)" : R"(,"payload":)";
    return out;
}

}  // namespace webhookd
