#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What the config can say about places in the network.
namespace webhookd::config {

/// An address to listen on, as `net` reads it.
struct socket_address {
    std::string text;       ///< In one spelling: `127.0.0.1:9464`, `[::1]:9464`.
    bool has_port = false;  ///< Port 0 is none: the system picks one.
    bool loopback = false;
};

/// Reads `IP:port` or `[IPv6]:port`; `localhost` is taken for 127.0.0.1. @return nullopt for
/// anything else, names of hosts included: where to listen must not hang on a name server.
std::optional<socket_address> parse_socket_address(std::string_view text);

/// Checks an address block: `10.0.0.0/8`, `fd00::/8`, or one address. @return what is wrong with
/// it, empty where nothing is.
std::string check_address_block(std::string_view text);

/// The parts of a URL that matter to a config, or what is wrong with it.
struct parsed_url {
    std::string scheme;  ///< In lower case.
    std::string host;    ///< Without brackets.
    bool has_path = false;
    std::string problem;  ///< Empty where all is well.
};

/// Reads `scheme://host[:port][/path][?query]`, the rest behind any scheme as `net` reads http. A
/// user, a fragment and white space are problems.
parsed_url parse_url(std::string_view text);

/// Whether `host` is this machine: `localhost`, 127.0.0.0/8 or ::1.
bool is_loopback(std::string_view host);

}  // namespace webhookd::config
