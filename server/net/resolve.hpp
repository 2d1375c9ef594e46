#pragma once

#include "base/error.hpp"
#include "net/tcp.hpp"

#include <string>
#include <vector>

namespace webhookd {

/// The addresses of a host for which nobody has to be asked: an IP address, and `localhost`, which
/// is this machine whatever the system knows of it (RFC 6761 §6.3). Empty: any other name.
std::vector<tcp::endpoint> addresses_without_lookup(
    const std::string& host, const std::string& port
);

/// The addresses of `host`, where necessary by the system's resolver, which may block for long.
/// @error The resolver's.
result<std::vector<tcp::endpoint>> resolve(const std::string& host, const std::string& port);

}  // namespace webhookd
