#include "net/proxy_protocol.hpp"

#include "net/address.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace webhookd {

namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view v1_mark = "PROXY ";
constexpr std::string_view v2_mark{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t v1_line_max = 107;     // section 2.1: "107 characters plus the CRLF"
constexpr std::size_t v1_line_min = 15;      // "PROXY UNKNOWN\r\n"
constexpr std::size_t v2_fixed = 16;         // section 2.2: signature, ver_cmd, fam, len
constexpr std::size_t v2_length_max = 4096;  // addresses and TLVs; the protocol itself allows 65535

unsigned byte_at(std::string_view bytes, std::size_t i)
{
    return static_cast<unsigned char>(bytes[i]);
}

std::vector<std::string_view> split(std::string_view line)
{
    std::vector<std::string_view> words;
    for (;;) {
        const auto space = line.find(' ');
        words.push_back(line.substr(0, space));
        if (space == std::string_view::npos)
            return words;
        line.remove_prefix(space + 1);
    }
}

template <class Address>
ip::tcp::endpoint endpoint_of(std::string_view bytes, std::size_t port_at)
{
    typename Address::bytes_type address;
    std::transform(bytes.begin(), bytes.begin() + address.size(), address.begin(), [](char c) {
        return static_cast<unsigned char>(c);
    });
    const unsigned port = byte_at(bytes, port_at) << 8 | byte_at(bytes, port_at + 1);
    return {Address{address}, static_cast<std::uint16_t>(port)};
}

}  // namespace

result<std::size_t> proxy_header::wanted(std::string_view so_far)
{
    // Both versions are at least as long as the shortest version 1 line.
    if (so_far.size() < v1_line_min) {
        const bool v1 = v1_mark.starts_with(so_far.substr(0, v1_mark.size()));
        const bool v2 = v2_mark.starts_with(so_far.substr(0, v2_mark.size()));
        if (!v1 && !v2)
            return errc::bad_framing;
        return v1_line_min - so_far.size();
    }
    if (so_far.starts_with(v1_mark))
        return wanted_v1(so_far);
    if (so_far.starts_with(v2_mark))
        return wanted_v2(so_far);
    return errc::bad_framing;
}

result<std::size_t> proxy_header::wanted_v1(std::string_view so_far)
{
    if (so_far.back() != '\n') {
        if (so_far.size() >= v1_line_max)
            return errc::bad_framing;
        return 1u;
    }
    if (!so_far.ends_with("\r\n"))
        return errc::bad_framing;
    const auto words = split(so_far.substr(0, so_far.size() - 2));
    if (words.size() >= 2 && words[1] == "UNKNOWN")
        return 0u;
    if (words.size() != 6 || (words[1] != "TCP4" && words[1] != "TCP6"))
        return errc::bad_framing;
    const bool v6 = words[1] == "TCP6";
    const std::string host = v6 ? '[' + std::string{words[2]} + ']' : std::string{words[2]};
    const auto source = parse_endpoint(host + ':' + std::string{words[4]});
    if (!source || source->address().is_v6() != v6)
        return errc::bad_framing;
    source_ = source;
    return 0u;
}

result<std::size_t> proxy_header::wanted_v2(std::string_view so_far)
{
    if (so_far.size() < v2_fixed)
        return v2_fixed - so_far.size();
    const unsigned version = byte_at(so_far, 12) >> 4;
    const unsigned command = byte_at(so_far, 12) & 15;
    const unsigned family = byte_at(so_far, 13) >> 4;
    const std::size_t length = byte_at(so_far, 14) << 8 | byte_at(so_far, 15);
    if (version != 2 || command > 1 || length > v2_length_max)
        return errc::bad_framing;
    if (so_far.size() < v2_fixed + length)
        return v2_fixed + length - so_far.size();
    if (command == 0)  // LOCAL: the proxy's own health check
        return 0u;
    const std::string_view addresses = so_far.substr(v2_fixed);
    if (family == 1) {  // AF_INET: two addresses of 4 bytes, two ports
        if (length < 12)
            return errc::bad_framing;
        source_ = endpoint_of<ip::address_v4>(addresses, 8);
    }
    else if (family == 2) {  // AF_INET6: two of 16 bytes, two ports
        if (length < 36)
            return errc::bad_framing;
        source_ = endpoint_of<ip::address_v6>(addresses, 32);
    }
    return 0u;
}

}  // namespace webhookd
