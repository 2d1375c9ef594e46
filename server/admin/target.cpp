#include "admin/target.hpp"

#include "base/json_valid.hpp"

#include <algorithm>
#include <charconv>

namespace webhookd {

namespace {

constexpr std::size_t parameters_max = 16;

int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

[[noreturn]] void refuse(std::string detail)
{
    throw refused_request{400, "bad_target", std::move(detail)};
}

std::string decoded(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0)
            refuse("a % in the path or query is not followed by two hexadecimal digits");
        out += static_cast<char>(high << 4 | low);
        i += 2;
    }
    const bool control = std::any_of(out.begin(), out.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (control || !json::is_utf8(out))
        refuse("the path or query holds a control character or is not UTF-8 once it is decoded");
    return out;
}

void read_query(std::string_view text, admin_request& out)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty())
            continue;
        const auto equals = pair.find('=');
        std::string name = decoded(pair.substr(0, equals));
        std::string value;
        if (equals != std::string_view::npos)
            value = decoded(pair.substr(equals + 1));
        if (out.parameter(name) != nullptr)
            refuse("a parameter is given twice");
        if (out.query.size() == parameters_max)
            refuse("there are too many parameters");
        out.query.emplace_back(std::move(name), std::move(value));
    }
}

}  // namespace

void read_target(std::string_view target, admin_request& out)
{
    if (!target.starts_with('/'))
        refuse("the request target is not a path");
    target = target.substr(0, target.find('#'));
    const auto question = target.find('?');
    std::string_view path =
        target.substr(1, question == std::string_view::npos ? question : question - 1);
    if (question != std::string_view::npos)
        read_query(target.substr(question + 1), out);
    for (;;) {
        const auto slash = path.find('/');
        out.path.push_back(decoded(path.substr(0, slash)));
        if (slash == std::string_view::npos)
            return;
        path.remove_prefix(slash + 1);
    }
}

std::uint64_t read_number(
    std::string_view name, std::string_view text, std::uint64_t least, std::uint64_t most
)
{
    std::uint64_t value = 0;
    const auto r = std::from_chars(text.data(), text.data() + text.size(), value);
    if (r.ec != std::errc{} || r.ptr != text.data() + text.size() || value < least || value > most)
        throw refused_request{
            400,
            "invalid_parameter",
            std::string{name} + " must be a whole number from " + std::to_string(least) + " to " +
                std::to_string(most)
        };
    return value;
}

}  // namespace webhookd
