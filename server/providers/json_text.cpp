#include "providers/json_text.hpp"

#include <cstring>

namespace webhookd::json {

namespace {

constexpr std::size_t unicode_escape = 6;  // \uXXXX

int hex_digit(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The code unit of the `\uXXXX` at the start of `s`, or -1 where there is none.
int code_unit(std::string_view s) noexcept
{
    if (s.size() < unicode_escape || s[0] != '\\' || s[1] != 'u')
        return -1;
    int unit = 0;
    for (std::size_t i = 2; i < unicode_escape; ++i) {
        const int digit = hex_digit(s[i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

bool is_high(int unit) noexcept
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

bool is_low(int unit) noexcept
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

// One or two `\uXXXX` that stand for one code point.
struct code_point {
    char32_t value = 0;
    std::size_t length = 0;  // characters taken; 0: no good escape
    bool lone = false;
};

code_point decode_unicode(std::string_view s) noexcept
{
    const int first = code_unit(s);
    if (first < 0)
        return {};
    if (!is_high(first) && !is_low(first))
        return {static_cast<char32_t>(first), unicode_escape};
    const int second = is_high(first) ? code_unit(s.substr(unicode_escape)) : -1;
    if (!is_low(second))
        return {0xfffd, unicode_escape, true};
    const int value = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    return {static_cast<char32_t>(value), 2 * unicode_escape};
}

void append_utf8(std::string& out, char32_t c)
{
    const auto put = [&](char32_t byte) {
        out += static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (c < 0x80) {
        put(c);
    }
    else if (c < 0x800) {
        put(0xc0 | c >> 6);
        put(0x80 | (c & 0x3f));
    }
    else if (c < 0x10000) {
        put(0xe0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3f));
        put(0x80 | (c & 0x3f));
    }
    else {
        put(0xf0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3f));
        put(0x80 | (c >> 6 & 0x3f));
        put(0x80 | (c & 0x3f));
    }
}

// The character that a two-character escape stands for, or 0.
char short_escape(char c) noexcept
{
    switch (c) {
        case '"': return '"';
        case '\\': return '\\';
        case '/': return '/';
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return 0;
    }
}

std::size_t next_backslash(std::string_view s, std::size_t from) noexcept
{
    const void* const p =
        from < s.size() ? std::memchr(s.data() + from, '\\', s.size() - from) : nullptr;
    return p ? static_cast<std::size_t>(static_cast<const char*>(p) - s.data()) : s.size();
}

std::size_t skip_digits(std::string_view s, std::size_t at) noexcept
{
    while (at < s.size() && s[at] >= '0' && s[at] <= '9')
        ++at;
    return at;
}

}  // namespace

escapes check_escapes(std::string_view inside) noexcept
{
    escapes out = escapes::good;
    for (std::size_t at = next_backslash(inside, 0); at < inside.size();) {
        if (at + 1 < inside.size() && short_escape(inside[at + 1]) != 0) {
            at = next_backslash(inside, at + 2);
            continue;
        }
        const code_point c = decode_unicode(inside.substr(at));
        if (c.length == 0)
            return escapes::bad;
        if (c.lone)
            out = escapes::lone_surrogate;
        at = next_backslash(inside, at + c.length);
    }
    return out;
}

void append_unescaped(std::string& out, std::string_view inside)
{
    std::size_t from = 0;
    for (;;) {
        const std::size_t at = next_backslash(inside, from);
        out += inside.substr(from, at - from);
        if (at + 1 >= inside.size())
            return;
        if (const char c = short_escape(inside[at + 1]); c != 0) {
            out += c;
            from = at + 2;
            continue;
        }
        const code_point c = decode_unicode(inside.substr(at));
        append_utf8(out, c.value);
        from = at + (c.length == 0 ? 2 : c.length);
    }
}

void replace_lone_surrogates(std::string& text) noexcept
{
    const std::string_view all{text};
    for (std::size_t at = next_backslash(all, 0); at + 1 < all.size();) {
        std::size_t length = 2;
        if (all[at + 1] == 'u') {
            const code_point c = decode_unicode(all.substr(at));
            if (c.lone)
                std::memcpy(text.data() + at, "\\ufffd", unicode_escape);
            length = c.length == 0 ? 2 : c.length;
        }
        at = next_backslash(all, at + length);
    }
}

bool is_number(std::string_view text) noexcept
{
    std::size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
    const std::size_t whole = at;
    at = skip_digits(text, at);
    if (at == whole || (text[whole] == '0' && at > whole + 1))
        return false;
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction = ++at;
        at = skip_digits(text, at);
        if (at == fraction)
            return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-'))
            ++at;
        const std::size_t exponent = at;
        at = skip_digits(text, at);
        if (at == exponent)
            return false;
    }
    return at == text.size();
}

}  // namespace webhookd::json
