#include "event/event.hpp"

#include "event/one_line.hpp"

#include <algorithm>

namespace webhookd {

namespace {

constexpr std::string_view id_prefix = "evt_";

std::size_t payload_size_max(const event& e)
{
    return e.form == payload_form::base64 ? e.body.size() * 4 / 3 + 8 : e.body.size() + 4;
}

}  // namespace

std::string event_id_text(const bits128& id)
{
    std::string out;
    out.reserve(id_prefix.size() + 26);
    out += id_prefix;
    append_crockford(out, id);
    return out;
}

std::optional<bits128> parse_event_id(std::string_view text)
{
    if (text.size() < id_prefix.size())
        return std::nullopt;
    for (std::size_t i = 0; i < id_prefix.size(); ++i) {
        const char c = text[i];
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        if (lower != id_prefix[i])
            return std::nullopt;
    }
    return decode_crockford(text.substr(id_prefix.size()));
}

void append_payload(std::string& out, const event& e)
{
    switch (e.form) {
        case payload_form::verbatim: out += e.body; return;
        case payload_form::minified: append_minified(out, e.body); return;
        case payload_form::base64:
            out += '"';
            append_base64(out, as_bytes(e.body));
            out += '"';
            return;
        case payload_form::none: break;
    }
    out += "null";
}

void append_line(std::string& out, const event& e)
{
    const std::size_t needed = out.size() + e.head.size() + payload_size_max(e) + 4;
    if (needed > out.capacity())
        out.reserve(std::max(needed, 2 * out.capacity()));
    out += e.head;
    append_payload(out, e);
    out += event_tail;
    out += '\n';
}

}  // namespace webhookd
