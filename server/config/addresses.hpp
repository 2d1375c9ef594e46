#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What the config can say about places in the network.
namespace webhookd::config {

/// An address to listen on.
struct socket_address {
    std::string host;  ///< An IP address, without brackets.
    std::uint16_t port = 0;
    bool loopback = false;

    /// `127.0.0.1:9464`, `[::1]:9464`
    std::string text() const;
};

/// Reads `IP:port` or `[IPv6]:port`; `localhost` is taken for 127.0.0.1. @return nullopt for
/// anything else, names of hosts included: where to listen must not hang on a name server.
std::optional<socket_address> parse_socket_address(std::string_view text);

/// Checks an address block: `10.0.0.0/8`, `fd00::/8`, or one address. @return what is wrong with
/// it, empty where nothing is.
std::string check_address_block(std::string_view text);

/// The parts of a URL that matter to a config.
struct url_parts {
    std::string scheme;
    std::string host;        ///< Without brackets.
    std::uint16_t port = 0;  ///< 0: not given.
    bool has_path = false;
};

/// A URL read, or what is wrong with it.
struct parsed_url {
    url_parts parts;
    std::string problem;  ///< Empty where all is well.
};

/// Reads `scheme://host[:port][/path][?query]`. A user, a fragment and white space are problems.
parsed_url parse_url(std::string_view text);

/// Whether `host` is this machine: `localhost`, 127.0.0.0/8 or ::1.
bool is_loopback(std::string_view host);

}  // namespace webhookd::config
