#include "commands/told_event.hpp"

#include "base/json_valid.hpp"

#include <simdjson.h>

namespace webhookd::commands {

namespace {

using simdjson::ondemand::object;

// The text under `key`; empty where it is absent, null or something else.
std::string text_at(object& from, std::string_view key)
{
    std::string_view out;
    if (from.find_field_unordered(key).get_string().get(out) != simdjson::SUCCESS)
        return {};
    return std::string{out};
}

// Calls `use` with the object under `key`, where there is one.
template <class Use>
void with_object(object& from, std::string_view key, Use use)
{
    object inner;
    if (from.find_field_unordered(key).get_object().get(inner) == simdjson::SUCCESS)
        use(inner);
}

void read_data(object& data, told_event& out)
{
    out.campaign = text_at(data, "campaign");
    bool duplicate = false;
    if (data.find_field_unordered("duplicate").get_bool().get(duplicate) == simdjson::SUCCESS)
        out.duplicate = duplicate;
    with_object(data, "customer", [&](object& customer) {
        out.customer = text_at(customer, "id");
        out.customer_name = text_at(customer, "name");
    });
    with_object(data, "lifecycle", [&](object& lifecycle) {
        out.transition = text_at(lifecycle, "transition");
    });
    with_object(data, "error", [&](object& error) {
        out.error_code = text_at(error, "code");
        out.error_category = text_at(error, "category");
        out.advice = text_at(error, "advice");
        out.text = text_at(error, "message");
    });
    with_object(data, "message", [&](object& message) {
        out.text = text_at(message, "text");
        if (!out.text.empty())
            return;
        with_object(message, "button", [&](object& button) { out.text = text_at(button, "text"); });
    });
}

struct style {
    const char* word;
    const char* code;
};

// By what the type ends with or holds.
constexpr style styles[] = {
    {"delivery_failed", "\x1b[31m"},
    {".read", "\x1b[32m"},
    {".delivered", "\x1b[36m"},
    {".sent", "\x1b[2m"},
    {".messages.", "\x1b[33m"},
    {".stuck", "\x1b[35m"},
    {"un", "\x1b[35m"},
};

void pad(std::string& out, std::size_t width)
{
    out.append(out.size() < width ? width - out.size() : 0, ' ');
    out += ' ';
}

}  // namespace

told_event read_told_event(std::string_view line)
{
    told_event out;
    simdjson::ondemand::parser parser;
    const simdjson::padded_string padded{line};
    simdjson::ondemand::document document;
    object event;
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_object().get(event) != simdjson::SUCCESS)
        return out;
    out.id = text_at(event, "id");
    out.type = text_at(event, "type");
    out.subject = text_at(event, "subject");
    out.time = text_at(event, "time");
    out.sequence = text_at(event, "sequence");
    with_object(event, "data", [&](object& data) { read_data(data, out); });
    return out;
}

std::string harmless(std::string_view text)
{
    std::string out;
    if (!json::is_utf8(text))
        return "?";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool c1 =
            c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (c < 0x20 || c == 0x7f || c1)
            out += ' ';
        else
            out += text[i];
        i += c1 ? 1 : 0;
    }
    return out;
}

std::string duration_text(long long seconds)
{
    struct unit {
        long long size;
        const char* name;
    };

    constexpr unit units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    for (std::size_t i = 0; i < 4; ++i) {
        if (seconds < units[i].size && i < 3)
            continue;
        std::string out = std::to_string(seconds / units[i].size) + ' ' + units[i].name;
        if (i < 3)
            if (const auto rest = seconds % units[i].size / units[i + 1].size; rest != 0)
                out += ' ' + std::to_string(rest) + ' ' + units[i + 1].name;
        return out;
    }
    return {};
}

std::string event_text(const told_event& e, bool colour)
{
    std::string out = harmless(e.time);
    pad(out, 20);
    std::string type = harmless(e.type);
    if (type.starts_with("ai.connectly."))
        type.erase(0, 13);
    pad(type, 31);
    out += type + harmless(e.customer);
    if (!e.customer_name.empty())
        out += " (" + harmless(e.customer_name) + ')';
    if (!e.campaign.empty())
        out += "  " + harmless(e.campaign);
    if (!e.subject.empty())
        out += "  " + harmless(e.subject);
    if (!e.transition.empty() && e.transition != "first" && e.transition != "advance")
        out += "  [" + harmless(e.transition) + ']';
    if (e.duplicate)
        out += "  [duplicate]";
    if (!e.error_code.empty() || !e.error_category.empty())
        out += "  " + harmless(e.error_category) + ": " + harmless(e.error_code);
    if (!e.text.empty())
        out += "  \"" + harmless(e.text) + '"';
    if (!colour)
        return out;
    for (const style& s : styles)
        if (e.type.find(s.word) != std::string::npos)
            return s.code + out + "\x1b[0m";
    return out;
}

}  // namespace webhookd::commands
