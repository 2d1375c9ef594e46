#include "admin/render.hpp"

#include "base/json.hpp"
#include "event/correlated.hpp"
#include "event/one_line.hpp"

#include <cmath>
#include <cstdio>

namespace webhookd::render {

namespace {

void text_or_null(std::string& out, std::string_view key, std::string_view text)
{
    out += key;
    if (text.empty())
        out += "null";
    else
        json::append_string(out, text);
}

void json_or_null(std::string& out, std::string_view key, std::string_view json)
{
    out += key;
    append_one_line(out, json);
}

void number(std::string& out, std::string_view key, std::uint64_t value)
{
    out += key;
    out += std::to_string(value);
}

void time_or_null(std::string& out, std::string_view key, const std::optional<timestamp>& t)
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

// What the event's lifecycle says, less what an event did to it.
void lifecycle(std::string& out, const lifecycle_view& l)
{
    text_or_null(out, R"(,"lifecycle":{"status":)", name(l.status));
    time_or_null(out, R"(,"sent_at":)", l.sent_at);
    time_or_null(out, R"(,"delivered_at":)", l.delivered_at);
    time_or_null(out, R"(,"read_at":)", l.read_at);
    time_or_null(out, R"(,"failed_at":)", l.failed_at);
    out += R"(,"sent_to_delivered_ms":)";
    if (l.sent_at && l.delivered_at && *l.delivered_at >= *l.sent_at) {
        const auto took = *l.delivered_at - *l.sent_at;
        out += std::to_string(std::chrono::floor<std::chrono::milliseconds>(took).count());
    }
    else {
        out += "null";
    }
    out += '}';
}

void business(std::string& out, std::string_view key, std::string_view id)
{
    text_or_null(out, key, id);
    out += '}';
}

void summary_fields(std::string& out, const message_summary& m)
{
    out += R"({"message_id":)";
    json::append_string(out, m.id.text());
    business(out, R"(,"business":{"id":)", m.business_id);
    json_or_null(out, R"(,"customer":)", m.customer_json);
    json_or_null(out, R"(,"callback_data":)", m.callback_data_json);
    text_or_null(out, R"(,"campaign":)", m.campaign);
    json_or_null(out, R"(,"context":)", m.context_json);
    lifecycle(out, m.lifecycle);
    json_or_null(out, R"(,"error":)", m.error_json);
}

void seconds(std::string& out, std::string_view key, double value)
{
    char text[40];
    std::snprintf(text, sizeof text, "%.3f", std::isfinite(value) ? value : 0.0);
    out += key;
    out += text;
}

}  // namespace

void message(std::string& out, const message_summary& m)
{
    summary_fields(out, m);
    out += '}';
}

void message(std::string& out, const message_record& m)
{
    summary_fields(out, m.summary);
    const char* comma = R"(,"replies":[)";
    for (const event_reference& r : m.replies) {
        out += comma;
        out += R"({"event_id":")" + event_id_text(r.id);
        time_or_null(out, R"(","time":)", r.time);
        text_or_null(out, R"(,"type":)", r.type);
        out += '}';
        comma = ",";
    }
    out += m.replies.empty() ? R"(,"replies":[])" : "]";
    comma = R"(,"events":[)";
    for (const event_reference& r : m.events) {
        out += comma;
        out += R"({"id":")" + event_id_text(r.id);
        out += R"(","sequence":")" + std::to_string(r.sequence);
        time_or_null(out, R"(","time":)", r.time);
        text_or_null(out, R"(,"type":)", r.type);
        out += '}';
        comma = ",";
    }
    out += m.events.empty() ? R"(,"events":[]})" : "]}";
}

void conversation(std::string& out, const conversation_record& c)
{
    business(out, R"({"business":{"id":)", c.business_id);
    json_or_null(out, R"(,"customer":)", c.customer_json);
    out += R"(,"session_window":{"open":)";
    out += c.window_open ? "true" : "false";
    time_or_null(out, R"(,"expires_at":)", c.window_expires);
    time_or_null(out, R"(},"last_inbound_at":)", c.last_inbound);
    time_or_null(out, R"(,"last_outbound_at":)", c.last_outbound);
    out += R"(,"messages":[)";
    bool first = true;
    for (const message_summary& m : c.messages) {
        if (!first)
            out += ',';
        first = false;
        message(out, m);
    }
    out += "]}";
}

void campaign(std::string& out, const campaign_totals& c)
{
    text_or_null(out, R"({"name":)", c.name);
    number(out, R"(,"messages":)", c.messages);
    number(out, R"(,"sent":)", c.sent);
    number(out, R"(,"delivered":)", c.delivered);
    number(out, R"(,"read":)", c.read);
    number(out, R"(,"failed":)", c.failed);
    out += R"(,"failed_by_category":{)";
    bool first = true;
    for (const auto& [category, count] : c.failed_by_category) {
        if (!first)
            out += ',';
        first = false;
        json::append_string(out, name(category));
        number(out, ":", count);
    }
    number(out, R"(},"replies":)", c.replies);
    time_or_null(out, R"(,"first_at":)", c.first_at);
    time_or_null(out, R"(,"last_at":)", c.last_at);
    out += '}';
}

void sink(std::string& out, const sink_status& s, std::uint64_t dead_letters)
{
    text_or_null(out, R"({"name":)", s.name);
    text_or_null(out, R"(,"type":)", s.type);
    out += s.configured ? R"(,"configured":true)" : R"(,"configured":false)";
    number(out, R"(,"cursor":)", s.cursor);
    number(out, R"(,"lag_events":)", s.lag_events);
    seconds(out, R"(,"lag_seconds":)", s.lag_seconds);
    number(out, R"(,"delivered":)", s.delivered);
    number(out, R"(,"attempts":)", s.attempts);
    number(out, R"(,"failures":)", s.failures);
    text_or_null(out, R"(,"breaker":)", s.breaker);
    text_or_null(out, R"(,"last_error":)", s.last_error);
    number(out, R"(,"dead_letters":)", dead_letters);
    out += '}';
}

void letter(std::string& out, const dead_letter& d, bool whole)
{
    number(out, R"({"number":)", d.number);
    text_or_null(out, R"(,"sink":)", d.sink);
    text_or_null(out, R"(,"reason":)", d.reason);
    text_or_null(out, R"(,"detail":)", d.detail);
    number(out, R"(,"attempts":)", d.attempts);
    time_or_null(out, R"(,"first_attempt":)", d.first_attempt);
    time_or_null(out, R"(,"last_attempt":)", d.last_attempt);
    out += R"(,"event":)";
    if (whole) {
        line(out, d.event);
    }
    else {
        out += R"({"id":")" + event_id_text(d.event.id);
        out += R"(","sequence":")" + std::to_string(d.event.sequence);
        text_or_null(out, R"(","type":)", d.event.type);
        time_or_null(out, R"(,"time":)", d.event.time);
        text_or_null(out, R"(,"partitionkey":)", d.event.partition_key);
        out += '}';
    }
    out += '}';
}

void replay(std::string& out, const replay_status& r)
{
    number(out, R"({"number":)", r.number);
    text_or_null(out, R"(,"sink":)", r.sink);
    number(out, R"(,"from":)", r.from);
    number(out, R"(,"to":)", r.to);
    number(out, R"(,"at":)", r.at);
    number(out, R"(,"delivered":)", r.delivered);
    number(out, R"(,"failed":)", r.failed);
    text_or_null(out, R"(,"state":)", r.state);
    out += '}';
}

void line(std::string& out, const event& e)
{
    append_line(out, e);
    out.pop_back();
}

void append_next(std::string& out, std::string_view next)
{
    text_or_null(out, R"(],"next":)", next);
    out += '}';
}

}  // namespace webhookd::render
