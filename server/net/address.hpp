#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd {

/// Addresses that share a prefix: `10.0.0.0/8`, `fd00::/8`, or one address. An IPv4 address and
/// the same one mapped into IPv6 (`::ffff:a.b.c.d`) are the same.
class address_block {
public:
    /// @return nullopt where `text` is no address and no block.
    static std::optional<address_block> parse(std::string_view text);

    bool contains(const boost::asio::ip::address& address) const noexcept;

private:
    boost::asio::ip::address_v6::bytes_type prefix_{};
    unsigned bits_ = 0;
};

/// The blocks whose hosts may say who the client is.
class trusted_proxies {
public:
    trusted_proxies() = default;
    /// @throws std::invalid_argument  for a text that is no block.
    explicit trusted_proxies(const std::vector<std::string>& blocks);

    bool empty() const noexcept { return blocks_.empty(); }

    bool contains(const boost::asio::ip::address& address) const noexcept;

    /// The client behind `peer`: walks `forwarded_for` (the X-Forwarded-For values joined by
    /// commas) from right to left, past the proxies that are trusted, to the first address that is
    /// not. The last one that could be read stands where the list is malformed or all trusted.
    std::string client(const boost::asio::ip::address& peer, std::string_view forwarded_for) const;

private:
    std::vector<address_block> blocks_;
};

/// Reads `host:port` with an IP address as host: `0.0.0.0:8443`, `[::]:8443`; `localhost` is
/// 127.0.0.1. @return nullopt for anything else.
std::optional<boost::asio::ip::tcp::endpoint> parse_endpoint(std::string_view text);

}  // namespace webhookd
