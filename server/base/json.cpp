#include "base/json.hpp"

namespace webhookd::json {

namespace {

// The length of the UTF-8 sequence at the start of `s`, 0 where there is none (RFC 3629).
std::size_t sequence_length(std::string_view s)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || s.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
    const bool surrogate = lead == 0xed && byte(1) > 0x9f;
    const bool too_high = lead == 0xf4 && byte(1) > 0x8f;
    return overlong || surrogate || too_high ? 0 : length;
}

void append_escaped(std::string& out, unsigned char c)
{
    constexpr char hex[] = "0123456789abcdef";
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    const char text[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    out.append(text, sizeof text);
}

}  // namespace

void append_string(std::string& out, std::string_view text)
{
    out += '"';
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size()) {
            const auto c = static_cast<unsigned char>(text[plain]);
            if (c < 0x20 || c == '"' || c == '\\' || c >= 0x80)
                break;
            ++plain;
        }
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty())
            break;
        const auto c = static_cast<unsigned char>(text.front());
        std::size_t length = 1;
        if (c < 0x80) {
            append_escaped(out, c);
        }
        else if (const std::size_t good = sequence_length(text); good != 0) {
            length = good;
            out += text.substr(0, length);
        }
        else {
            out += "\xef\xbf\xbd";
        }
        text.remove_prefix(length);
    }
    out += '"';
}

std::string quoted(std::string_view text)
{
    std::string out;
    append_string(out, text);
    return out;
}

std::string problem(
    int status, std::string_view title, std::string_view reason, std::string_view detail
)
{
    std::string out = R"({"type":"about:blank","title":)";
    append_string(out, title);
    out += R"(,"status":)" + std::to_string(status) + R"(,"reason":)";
    append_string(out, reason);
    if (!detail.empty()) {
        out += R"(,"detail":)";
        append_string(out, detail);
    }
    out += '}';
    return out;
}

}  // namespace webhookd::json
