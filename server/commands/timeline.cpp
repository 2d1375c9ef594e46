#include "commands/timeline.hpp"

#include "base/time.hpp"
#include "commands/told_event.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace webhookd::commands {

namespace {

using simdjson::ondemand::array;
using simdjson::ondemand::object;

struct moment {
    std::string time, type, id;
    bool reply = false;
    std::size_t order = 0;  ///< As the daemon told it: events of one second keep it.
};

std::string text_at(object& from, std::string_view key)
{
    std::string_view out;
    if (from.find_field_unordered(key).get_string().get(out) != simdjson::SUCCESS)
        return {};
    return std::string{out};
}

// The JSON under `key` as it stands; empty where it is null or absent.
std::string json_at(object& from, std::string_view key)
{
    simdjson::ondemand::value value;
    if (from.find_field_unordered(key).get(value) != simdjson::SUCCESS)
        return {};
    std::string_view out;
    if (simdjson::to_json_string(value).get(out) != simdjson::SUCCESS || out == "null")
        return {};
    return std::string{out};
}

void read_moments(object& from, std::string_view key, bool reply, std::vector<moment>& out)
{
    array list;
    if (from.find_field_unordered(key).get_array().get(list) != simdjson::SUCCESS)
        return;
    for (auto item : list) {
        object o;
        if (item.get_object().get(o) != simdjson::SUCCESS)
            return;
        moment m;
        m.id = text_at(o, reply ? "event_id" : "id");
        m.time = text_at(o, "time");
        m.type = text_at(o, "type");
        m.reply = reply;
        out.push_back(std::move(m));
    }
}

void line(std::string& out, std::string_view name, const std::string& value)
{
    if (value.empty())
        return;
    out += name;
    out.append(11 - name.size(), ' ');
    out += harmless(value) + '\n';
}

std::string party(object& message, std::string_view key)
{
    object o;
    if (message.find_field_unordered(key).get_object().get(o) != simdjson::SUCCESS)
        return "?";
    std::string out = text_at(o, "id");
    const std::string name = text_at(o, "name");
    const std::string user = text_at(o, "user_id");
    if (out.empty())
        out = user.empty() ? "?" : user;
    return name.empty() ? out : out + " (" + name + ')';
}

void append_error(std::string& out, object& message)
{
    object error;
    if (message.find_field_unordered("error").get_object().get(error) != simdjson::SUCCESS)
        return;
    const std::string code = text_at(error, "code");
    const std::string category = text_at(error, "category");
    line(out, "error", category + ": " + code + ", " + text_at(error, "message"));
    line(out, "advice", text_at(error, "advice"));
}

void append_moments(std::string& out, std::vector<moment> moments)
{
    for (std::size_t i = 0; i < moments.size(); ++i)
        moments[i].order = i;
    std::sort(moments.begin(), moments.end(), [](const moment& a, const moment& b) {
        return std::pair{parse_rfc3339(a.time), a.order} <
               std::pair{parse_rfc3339(b.time), b.order};
    });
    std::optional<timestamp> before;
    for (const moment& m : moments) {
        const auto at = parse_rfc3339(m.time);
        std::string type = m.type;
        if (type.starts_with("ai.connectly."))
            type.erase(0, 13);
        if (type.starts_with("delivery_status."))
            type.erase(0, 16);
        std::string row =
            "  " + harmless(m.time) + "  " + (m.reply ? "reply: " : "") + harmless(type);
        row.append(row.size() < 52 ? 52 - row.size() : 1, ' ');
        std::string after;
        if (at && before)
            after = '+' +
                    duration_text(std::chrono::floor<std::chrono::seconds>(*at - *before).count());
        row += after;
        row.append(after.size() < 14 ? 14 - after.size() : 1, ' ');
        out += row + harmless(m.id) + '\n';
        before = at ? at : before;
    }
}

}  // namespace

std::string timeline_text(std::string_view json)
{
    simdjson::ondemand::parser parser;
    const simdjson::padded_string padded{json};
    simdjson::ondemand::document document;
    object message;
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_object().get(message) != simdjson::SUCCESS)
        throw std::runtime_error("the daemon's answer is not a message");
    std::string out;
    line(out, "message", text_at(message, "message_id"));
    line(out, "from", party(message, "business"));
    line(out, "to", party(message, "customer"));
    line(out, "campaign", text_at(message, "campaign"));
    line(out, "data", json_at(message, "callback_data"));
    line(out, "context", json_at(message, "context"));
    object lifecycle;
    if (message.find_field_unordered("lifecycle").get_object().get(lifecycle) == simdjson::SUCCESS)
        line(out, "status", text_at(lifecycle, "status"));
    append_error(out, message);
    std::vector<moment> moments;
    read_moments(message, "events", false, moments);
    read_moments(message, "replies", true, moments);
    // A reply may stand in both lists: it is shown once, as a reply.
    std::set<std::string> replies;
    for (const moment& m : moments)
        if (m.reply)
            replies.insert(m.id);
    std::erase_if(moments, [&](const moment& m) { return !m.reply && replies.count(m.id) != 0; });
    if (!moments.empty())
        out += '\n';
    append_moments(out, std::move(moments));
    return out;
}

}  // namespace webhookd::commands
