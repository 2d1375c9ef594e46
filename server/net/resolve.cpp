#include "net/resolve.hpp"

#include <charconv>
#include <cstdint>

namespace webhookd {

std::vector<tcp::endpoint> addresses_without_lookup(
    const std::string& host, const std::string& port
)
{
    std::uint16_t number = 0;
    const auto [end, wrong] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (wrong != std::errc{} || end != port.data() + port.size())
        return {};
    if (host == "localhost")
        return {
            {asio::ip::address_v6::loopback(), number}, {asio::ip::address_v4::loopback(), number}
        };
    error_code not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    if (not_an_address)
        return {};
    return {{address, number}};
}

result<std::vector<tcp::endpoint>> resolve(const std::string& host, const std::string& port)
{
    auto out = addresses_without_lookup(host, port);
    if (!out.empty())
        return out;
    asio::io_context unused;
    tcp::resolver names{unused};
    error_code ec;
    for (const auto& found : names.resolve(host, port, ec))
        out.push_back(found.endpoint());
    if (ec)
        return ec;
    return out;
}

}  // namespace webhookd
