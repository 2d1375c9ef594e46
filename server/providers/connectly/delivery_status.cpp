#include "base/json.hpp"
#include "event/identity.hpp"
#include "providers/connectly/errors.hpp"
#include "providers/connectly/party.hpp"
#include "providers/connectly/reading.hpp"

#include <string>

namespace webhookd::connectly {

namespace {

delivery_status status_of(std::string_view text)
{
    if (text == "delivered")
        return delivery_status::delivered;
    if (text == "sent")
        return delivery_status::sent;
    if (text == "read")
        return delivery_status::read;
    if (text == "delivery_failed" || text == "delivery_failure")  // the latter until 2022
        return delivery_status::delivery_failed;
    return delivery_status::unknown;
}

std::string_view type_of(delivery_status s)
{
    switch (s) {
        case delivery_status::sent: return "ai.connectly.delivery_status.sent";
        case delivery_status::delivered: return "ai.connectly.delivery_status.delivered";
        case delivery_status::read: return "ai.connectly.delivery_status.read";
        case delivery_status::delivery_failed:
            return "ai.connectly.delivery_status.delivery_failed";
        case delivery_status::unknown: break;
    }
    return "ai.connectly.delivery_status.unknown";
}

void append_member(std::string& out, std::string_view key, std::string_view json)
{
    out += key;
    out += json.empty() ? std::string_view{"null"} : json;
}

// A failed status always has an error, an empty one where the provider gave none; another status
// has one where the provider said something.
void read_error(reading& in)
{
    const error_nodes& e = in.d.status_update.error;
    const bool failed = in.r.status == delivery_status::delivery_failed;
    const bool said = there(e.code) || there(e.type) || there(e.message);
    if (!failed && !said)
        return;
    in.r.error_code = in.text(e.code);
    const error_meaning& meaning = explain_error(in.r.error_code, in.text(e.type));
    in.r.category = meaning.category;

    const node& message = e.self.kind == json::kind::string ? e.self : e.message;
    std::string& out = in.r.error_json;
    out.reserve(e.self.size + meaning.advice.size() + 160);
    append_member(out, R"({"code":)", in.string_json(e.code));
    append_member(out, R"(,"type":)", in.string_json(e.type));
    append_member(out, R"(,"message":)", in.string_json(message));
    append_member(out, R"(,"user_title":)", in.string_json(e.user_title));
    append_member(out, R"(,"user_message":)", in.string_json(e.user_message));
    append_member(out, R"(,"trace_id":)", in.string_json(e.trace_id));
    out += R"(,"category":")";
    out += name(meaning.category);
    out += R"(","retryable":)";
    out += meaning.retryable ? "true" : "false";
    out += R"(,"advice":)";
    json::append_string(out, meaning.advice);
    out += '}';
}

void identify(reading& in)
{
    receipt& r = in.r;
    std::string key;
    key.reserve(64);
    append_hex(key, as_bytes(r.message.key()));
    const std::string_view status =
        r.status == delivery_status::unknown ? r.status_text : name(r.status);
    if (r.status == delivery_status::delivery_failed)
        r.id = event_id_of(r.to->name_space, {"delivery_status", key, status, r.error_code});
    else
        r.id = event_id_of(r.to->name_space, {"delivery_status", key, status});
    r.id_order = r.message.milliseconds().value_or(0);
}

}  // namespace

void read_delivery_status(reading& in)
{
    receipt& r = in.r;
    const status_update_nodes& update = in.d.status_update;
    r.topic = topic::delivery_status;
    r.topic_name = "delivery_status";
    r.status_text = in.text(update.status);
    r.status = status_of(r.status_text);
    r.type = type_of(r.status);
    read_business(in, in.d.sender);
    read_customer(in, in.d.recipient);
    read_error(in);

    const std::string_view id = in.text(update.id);
    if (id.empty())
        return in.identify_by_body();
    r.message = message_id{id};
    // Both spellings of an id are one subject, so that a message's events share a partition.
    const std::string canonical = r.message.text();
    r.subject = canonical == id ? id : in.keep(canonical);
    identify(in);
}

}  // namespace webhookd::connectly
