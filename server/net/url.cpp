#include "net/url.hpp"

#include <algorithm>
#include <cctype>

namespace webhookd {

namespace {

bool same_ignoring_case(std::string_view a, std::string_view lower)
{
    return std::equal(a.begin(), a.end(), lower.begin(), lower.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) == y;
    });
}

bool good_port(std::string_view text)
{
    if (text.empty() || text.size() > 5)
        return false;
    unsigned value = 0;
    for (char c : text) {
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value >= 1 && value <= 65535;
}

bool good_name(std::string_view text)
{
    return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return std::isalnum(u) != 0 || c == '-' || c == '.' || c == '_';
    });
}

bool good_v6(std::string_view text)
{
    return text.find(':') != std::string_view::npos && text.size() <= 64 &&
           std::all_of(text.begin(), text.end(), [](char c) {
               const auto u = static_cast<unsigned char>(c);
               return std::isxdigit(u) != 0 || c == ':' || c == '.';
           });
}

// Splits `host[:port]`; says what is wrong, or nothing.
const char* read_authority(std::string_view text, http_url& out)
{
    std::string_view rest;
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos || !good_v6(text.substr(1, end - 1)))
            return "the IPv6 address in brackets is not one";
        out.host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    }
    else {
        const auto colon = text.find(':');
        out.host = text.substr(0, colon);
        rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
        if (text.find('@') != std::string_view::npos)
            return "a user name or password in the URL is not supported";
        if (!good_name(out.host))
            return "the host is not a name or an address";
    }
    out.port = out.tls ? "443" : "80";
    if (rest.empty())
        return nullptr;
    if (rest.front() != ':' || !good_port(rest.substr(1)))
        return "the port is not a number from 1 to 65535";
    out.port = rest.substr(1);
    return nullptr;
}

const char* read(std::string_view text, http_url& out)
{
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
        return "it holds a space or a byte that must be percent-encoded";
    const auto colon = text.find("://");
    const auto scheme = text.substr(0, std::min(colon, text.size()));
    if (colon == std::string_view::npos ||
        (!same_ignoring_case(scheme, "http") && !same_ignoring_case(scheme, "https")))
        return "it does not begin with http:// or https://";
    out.tls = scheme.size() == 5;
    text.remove_prefix(colon + 3);
    const auto end = std::min(text.find_first_of("/?#"), text.size());
    if (const char* wrong = read_authority(text.substr(0, end), out))
        return wrong;
    out.target = text.substr(end, text.find('#', end) - end);
    if (out.target.empty() || out.target.front() != '/')
        out.target.insert(0, 1, '/');
    return nullptr;
}

}  // namespace

std::string http_url::authority() const
{
    std::string out = host.find(':') == std::string::npos ? host : '[' + host + ']';
    if (port != (tls ? "443" : "80"))
        out += ':' + port;
    return out;
}

std::optional<http_url> parse_http_url(std::string_view text, std::string* wrong)
{
    http_url out;
    const char* why = read(text, out);
    if (why == nullptr)
        return out;
    if (wrong != nullptr)
        *wrong = why;
    return std::nullopt;
}

}  // namespace webhookd
