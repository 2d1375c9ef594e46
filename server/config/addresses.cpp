#include "config/addresses.hpp"

#include "net/address.hpp"
#include "net/url.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <cstring>

namespace webhookd::config {

namespace {

namespace ip = boost::asio::ip;

bool is_loopback_address(const ip::address& address)
{
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6()).is_loopback();
    return address.is_loopback();
}

// Asio reads texts up to their first NUL.
bool has_nul(std::string_view text)
{
    return text.find('\0') != std::string_view::npos;
}

// The block that was meant, where `network` has bits set behind its length.
template <class Network>
std::string meant(const Network& network)
{
    return network == network.canonical() ? "" : network.canonical().to_string();
}

}  // namespace

std::optional<socket_address> parse_socket_address(std::string_view text)
{
    const auto endpoint = has_nul(text) ? std::nullopt : parse_endpoint(text);
    if (!endpoint)
        return std::nullopt;
    const std::string host = endpoint->address().to_string();
    const std::string port = ":" + std::to_string(endpoint->port());
    return socket_address{
        (endpoint->address().is_v6() ? "[" + host + "]" : host) + port,
        endpoint->port() != 0,
        is_loopback_address(endpoint->address())
    };
}

std::string check_address_block(std::string_view text)
{
    if (has_nul(text) || !address_block::parse(text))
        return "`" + std::string{text} +
               "` is no address block; write one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7";
    if (text.find('/') == std::string_view::npos)
        return {};
    boost::system::error_code not_v4;
    boost::system::error_code not_v6;
    const auto v4 = ip::make_network_v4(std::string{text}, not_v4);
    const auto v6 = ip::make_network_v6(std::string{text}, not_v6);
    const std::string block = !not_v4 ? meant(v4) : !not_v6 ? meant(v6) : "";
    return block.empty()
               ? ""
               : "`" + std::string{text} + "` has bits set behind its length; write " + block;
}

parsed_url parse_url(std::string_view text)
{
    parsed_url out;
    for (const char c : text) {
        if (c <= 0x20 || c >= 0x7f || std::strchr("\"<>\\^`{}|", c) != nullptr)
            out.problem = "a URL holds no white space and none of \"<>\\^`{}|; percent-encode them";
    }
    const auto colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0)
        out.problem = "a URL begins with its scheme, as in https://example.net/hooks";
    else if (text.find('#') != std::string_view::npos)
        out.problem = "a URL to send to has no `#` part; take it out";
    if (!out.problem.empty())
        return out;
    for (const char c : text.substr(0, colon))
        out.scheme += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    std::string wrong;
    const auto read = parse_http_url("http" + std::string{text.substr(colon)}, &wrong);
    if (read) {
        out.host = read->host;
        out.has_path = text.find_first_of("/?", colon + 3) != std::string_view::npos;
    }
    else {
        out.problem = "this is no URL to send to: " + wrong;
    }
    return out;
}

bool is_loopback(std::string_view host)
{
    boost::system::error_code ec;
    const auto address = ip::make_address(std::string{host}, ec);
    return host == "localhost" || (!ec && !has_nul(host) && is_loopback_address(address));
}

}  // namespace webhookd::config
