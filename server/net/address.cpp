#include "net/address.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <charconv>
#include <stdexcept>

namespace webhookd {

namespace {

namespace ip = boost::asio::ip;

ip::address_v6 as_v6(const ip::address& address)
{
    return address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4());
}

std::optional<ip::address> parse_address(std::string_view text)
{
    boost::system::error_code ec;
    const auto address = ip::make_address(std::string{text}, ec);
    if (ec)
        return std::nullopt;
    return address;
}

std::optional<unsigned> parse_number(std::string_view text, unsigned max)
{
    unsigned value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || end != text.data() + text.size() || value > max || text.empty())
        return std::nullopt;
    return value;
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

// An element of X-Forwarded-For: an address, some proxies add a port, v6 may stand in brackets.
std::optional<ip::address> parse_forwarded(std::string_view text)
{
    if (const auto whole = parse_address(text))
        return whole;
    if (const auto with_port = parse_endpoint(text))
        return with_port->address();
    if (text.size() > 2 && text.front() == '[' && text.back() == ']')
        return parse_address(text.substr(1, text.size() - 2));
    return std::nullopt;
}

}  // namespace

std::optional<address_block> address_block::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address)
        return std::nullopt;
    const unsigned size = address->is_v4() ? 32 : 128;
    std::optional<unsigned> bits = size;
    if (slash != std::string_view::npos)
        bits = parse_number(text.substr(slash + 1), size);
    if (!bits)
        return std::nullopt;
    address_block block;
    block.prefix_ = as_v6(*address).to_bytes();
    block.bits_ = *bits + (128 - size);
    return block;
}

bool address_block::contains(const ip::address& address) const noexcept
{
    const auto bytes = as_v6(address).to_bytes();
    for (unsigned i = 0; i < 16 && i * 8 < bits_; ++i) {
        const unsigned rest = bits_ - i * 8;
        const unsigned mask = rest >= 8 ? 0xffu : 0xffu << (8 - rest) & 0xffu;
        if (((bytes[i] ^ prefix_[i]) & mask) != 0)
            return false;
    }
    return true;
}

trusted_proxies::trusted_proxies(const std::vector<std::string>& blocks)
{
    for (const std::string& text : blocks) {
        const auto block = address_block::parse(text);
        if (!block)
            throw std::invalid_argument{"trusted_proxies: not an address block: " + text};
        blocks_.push_back(*block);
    }
}

bool trusted_proxies::contains(const ip::address& address) const noexcept
{
    for (const address_block& block : blocks_)
        if (block.contains(address))
            return true;
    return false;
}

std::string trusted_proxies::client(const ip::address& peer, std::string_view forwarded_for) const
{
    ip::address best = peer;
    while (contains(best) && !forwarded_for.empty()) {
        const auto comma = forwarded_for.rfind(',');
        const bool last = comma == std::string_view::npos;
        const auto next =
            parse_forwarded(trim(last ? forwarded_for : forwarded_for.substr(comma + 1)));
        if (!next)
            break;
        best = *next;
        forwarded_for = last ? std::string_view{} : forwarded_for.substr(0, comma);
    }
    return best.to_string();
}

std::optional<ip::tcp::endpoint> parse_endpoint(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const auto port = parse_number(text.substr(colon + 1), 65535);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    const auto address = parse_address(host == "localhost" ? "127.0.0.1" : host);
    // Without brackets `::1:80` would be an address of its own.
    if (!port || !address || address->is_v6() != bracketed)
        return std::nullopt;
    return ip::tcp::endpoint{*address, static_cast<std::uint16_t>(*port)};
}

}  // namespace webhookd
