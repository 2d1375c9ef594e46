#include "config/addresses.hpp"

#include "config/scalars.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstring>

namespace webhookd::config {

namespace {

// The 4 or 16 bytes of an IP address.
struct ip_address {
    std::array<std::uint8_t, 16> bytes{};
    std::size_t size = 0;
};

std::optional<ip_address> parse_ip(std::string_view text)
{
    const std::string terminated{text};
    if (terminated.find('\0') != std::string::npos)
        return std::nullopt;
    ip_address out;
    if (inet_pton(AF_INET, terminated.c_str(), out.bytes.data()) == 1)
        out.size = 4;
    else if (inet_pton(AF_INET6, terminated.c_str(), out.bytes.data()) == 1)
        out.size = 16;
    return out.size == 0 ? std::nullopt : std::optional{out};
}

std::string print_ip(const ip_address& ip)
{
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(ip.size == 4 ? AF_INET : AF_INET6, ip.bytes.data(), text, sizeof text);
    return text;
}

bool is_loopback(const ip_address& ip)
{
    constexpr std::array<std::uint8_t, 16> one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    constexpr std::array<std::uint8_t, 13> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
    if (ip.size == 4)
        return ip.bytes[0] == 127;
    return ip.bytes == one || std::memcmp(ip.bytes.data(), mapped.data(), mapped.size()) == 0;
}

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    const auto port = parse_count(text);
    if (!port || *port > 65535)
        return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

// Splits `host:port` or `[host]:port`, the port as text; the brackets must be round an IPv6
// address and only there.
bool split_host_port(std::string_view text, std::string_view& host, std::string_view& port)
{
    const bool bracket = text.starts_with('[');
    const auto end = bracket ? text.find("]:") : text.rfind(':');
    if (end == std::string_view::npos)
        return false;
    host = bracket ? text.substr(1, end - 1) : text.substr(0, end);
    port = text.substr(end + (bracket ? 2 : 1));
    return bracket == (host.find(':') != std::string_view::npos);
}

// The host of a URL: an IPv6 address where it stood in brackets, else a name or IPv4 address.
bool check_host(std::string_view host, bool bracket)
{
    if (bracket) {
        const auto ip = parse_ip(host);
        return ip && ip->size == 16;
    }
    for (const char c : host) {
        if (!is_word({&c, 1}))
            return false;
    }
    return !host.empty() && host.size() <= 253;
}

}  // namespace

std::string socket_address::text() const
{
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<socket_address> parse_socket_address(std::string_view text)
{
    std::string_view host;
    std::string_view port_text;
    if (!split_host_port(text, host, port_text))
        return std::nullopt;
    const auto ip = parse_ip(host == "localhost" ? "127.0.0.1" : host);
    const auto port = parse_port(port_text);
    if (!ip || !port)
        return std::nullopt;
    return socket_address{print_ip(*ip), *port, is_loopback(*ip)};
}

std::string check_address_block(std::string_view text)
{
    const auto slash = text.find('/');
    auto ip = parse_ip(text.substr(0, slash));
    if (!ip)
        return "`" + std::string{text} +
               "` is no address block; write one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7";
    if (slash == std::string_view::npos)
        return {};
    const auto bits = parse_count(text.substr(slash + 1));
    if (!bits || *bits > ip->size * 8)
        return "the length behind the / must be a number from 0 to " + std::to_string(ip->size * 8);
    bool rest = false;
    for (std::size_t bit = *bits; bit < ip->size * 8; ++bit) {
        auto& byte = ip->bytes[bit / 8];
        const auto mask = static_cast<std::uint8_t>(0x80u >> bit % 8);
        rest = rest || (byte & mask) != 0;
        byte = static_cast<std::uint8_t>(byte & ~mask);
    }
    return rest ? "`" + std::string{text} + "` has bits set behind its length; write " +
                      print_ip(*ip) + std::string{text.substr(slash)}
                : "";
}

parsed_url parse_url(std::string_view text)
{
    const auto bad = [](std::string problem) { return parsed_url{{}, std::move(problem)}; };
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f ||
            std::strchr("\"<>\\^`{}|", c) != nullptr)
            return bad("a URL holds no white space and no `\"<>\\^`{|}`; percent-encode them");
    }
    const auto colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0)
        return bad("a URL begins with its scheme, as in https://example.net/hooks");
    parsed_url out;
    for (const char c : text.substr(0, colon))
        out.parts.scheme += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    text.remove_prefix(colon + 3);
    const std::string_view authority = text.substr(0, text.find_first_of("/?#"));
    out.parts.has_path = authority.size() < text.size();
    if (text.find('#') != std::string_view::npos)
        return bad("a URL to send to has no `#` part; take it out");
    if (authority.find('@') != std::string_view::npos)
        return bad("a URL in the config holds no user or password, which is for secrets");

    const bool bracket = authority.starts_with('[');
    const auto end = bracket ? authority.find(']') : authority.find(':');
    const std::string_view host = end == std::string_view::npos
                                      ? authority
                                      : authority.substr(bracket ? 1 : 0, end - bracket);
    std::string_view port = end == std::string_view::npos ? "" : authority.substr(end + bracket);
    if (!check_host(host, bracket))
        return bad("the host of the URL is missing or malformed");
    out.parts.host = host;
    if (port.empty())
        return out;
    const auto number = port.starts_with(':') ? parse_port(port.substr(1)) : std::nullopt;
    if (!number || *number == 0)
        return bad("the port of the URL must be a number from 1 to 65535");
    out.parts.port = *number;
    return out;
}

bool is_loopback(std::string_view host)
{
    const auto ip = parse_ip(host);
    return host == "localhost" || (ip && is_loopback(*ip));
}

}  // namespace webhookd::config
