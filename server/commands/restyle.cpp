#include "commands/restyle.hpp"

#include "providers/json_text.hpp"

#include <algorithm>
#include <utility>

namespace webhookd::commands {

namespace {

using enum json_style::spacing;
using enum json_style::escapes;

constexpr json_style styles[] = {
    {"without its white space", none, as_they_are},
    {"as JavaScript's JSON.stringify does", none, utf8},
    {"as JSON.stringify with an indent of 2 does", lines, utf8, 2},
    {"as JSON.stringify with an indent of 4 does", lines, utf8, 4},
    {"as Python's json.dumps does", python, ascii},
    {"as Python's json.dumps with ensure_ascii=False does", python, utf8},
    {"as Python's json.dumps with separators=(',', ':') does", none, ascii},
    {"as Python's json.dumps with indent=2 does", lines, ascii, 2},
    {"as Python's json.dumps with indent=4 does", lines, ascii, 4},
    {"as PHP's json_encode does", none, ascii_and_slash},
};

void append_unit(std::string& out, unsigned unit)
{
    constexpr char hex[] = "0123456789abcdef";
    const char text[] = {
        '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]
    };
    out.append(text, sizeof text);
}

// Reads one code point of (valid) UTF-8 off the front of `text`.
unsigned take_code_point(std::string_view& text)
{
    const auto lead = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    const int more = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    unsigned value = more == 0 ? lead : lead & (0x3fu >> more);
    for (int i = 0; i < more && !text.empty(); ++i) {
        value = value << 6 | (static_cast<unsigned char>(text.front()) & 0x3fu);
        text.remove_prefix(1);
    }
    return value;
}

char short_escape(char c)
{
    switch (c) {
        case '"': return '"';
        case '\\': return '\\';
        case '\b': return 'b';
        case '\f': return 'f';
        case '\n': return 'n';
        case '\r': return 'r';
        case '\t': return 't';
        default: return 0;
    }
}

void append_string(std::string& out, std::string_view inside, json_style::escapes how)
{
    out += '"';
    if (how == as_they_are) {
        out += inside;
        out += '"';
        return;
    }
    std::string text;
    json::append_unescaped(text, inside);
    for (std::string_view rest{text}; !rest.empty();) {
        const char c = rest.front();
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80 && how != utf8) {
            const unsigned point = take_code_point(rest);
            if (point >= 0x10000)
                append_unit(out, 0xd800 + ((point - 0x10000) >> 10));
            append_unit(out, point >= 0x10000 ? 0xdc00 + ((point - 0x10000) & 0x3ff) : point);
            continue;
        }
        rest.remove_prefix(1);
        if (const char letter = short_escape(c); letter != 0)
            (out += '\\') += letter;
        else if (byte < 0x20)
            append_unit(out, byte);
        else if (c == '/' && how == ascii_and_slash)
            out += "\\/";
        else
            out += c;
    }
    out += '"';
}

// The length of the string at the start of `text`, quotes and all.
std::size_t string_length(std::string_view text)
{
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            return i + 1;
    }
    return text.size();
}

std::string_view after_space(std::string_view text)
{
    const std::size_t at = text.find_first_not_of(" \t\r\n");
    return at == std::string_view::npos ? std::string_view{} : text.substr(at);
}

class writer {
public:
    explicit writer(const json_style& style) : style_{style} {}

    std::string write(std::string_view text)
    {
        for (text = after_space(text); !text.empty(); text = after_space(text))
            text.remove_prefix(token(text));
        return std::move(out_);
    }

private:
    // Writes the token at the start of `text`. @return Its length.
    std::size_t token(std::string_view text)
    {
        const char c = text.front();
        switch (c) {
            case '"': {
                const std::size_t length = string_length(text);
                const std::size_t inside = length < 2 ? 0 : length - 2;
                append_string(out_, text.substr(1, inside), style_.strings);
                return length;
            }
            case '{':
            case '[': open(c, after_space(text.substr(1))); return 1;
            case '}':
            case ']': close(c); return 1;
            case ',':
                out_ += style_.spaces == python ? ", " : ",";
                new_line();
                return 1;
            case ':': out_ += style_.spaces == none ? ":" : ": "; return 1;
            default: break;
        }
        const std::size_t end = std::min(text.find_first_of(" \t\r\n,:[]{}\""), text.size());
        out_ += text.substr(0, end);
        return end;
    }

    void open(char bracket, std::string_view rest)
    {
        out_ += bracket;
        ++depth_;
        empty_ = !rest.empty() && rest.front() == (bracket == '{' ? '}' : ']');
        if (!empty_)
            new_line();
    }

    void close(char bracket)
    {
        depth_ -= depth_ > 0 ? 1 : 0;
        if (!empty_)
            new_line();
        empty_ = false;
        out_ += bracket;
    }

    void new_line()
    {
        if (style_.spaces != lines)
            return;
        out_ += '\n';
        out_.append(depth_ * style_.indent, ' ');
    }

    const json_style& style_;
    std::string out_;
    std::size_t depth_ = 0;
    bool empty_ = false;
};

}  // namespace

std::span<const json_style> json_styles() noexcept
{
    return styles;
}

std::string restyle(std::string_view text, const json_style& style)
{
    return writer{style}.write(text);
}

}  // namespace webhookd::commands
