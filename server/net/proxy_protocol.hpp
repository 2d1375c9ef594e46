#pragma once

#include "base/error.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace webhookd {

/// Reads a PROXY protocol header, version 1 or 2, byte by byte as it comes, never asking for a
/// byte beyond it: what follows (TLS) stays in the socket.
/// @source haproxy.org/download/3.0/doc/proxy-protocol.txt, sections 2.1 and 2.2
class proxy_header {
public:
    /// How many bytes to read and append next; 0 when the header is complete.
    /// @error bad_framing  These bytes begin no PROXY header, or one over 4 KiB.
    result<std::size_t> wanted(std::string_view so_far);

    /// The client the proxy names; nullopt for `UNKNOWN` and `LOCAL`: the peer itself.
    const std::optional<boost::asio::ip::tcp::endpoint>& source() const noexcept { return source_; }

private:
    result<std::size_t> wanted_v1(std::string_view so_far);
    result<std::size_t> wanted_v2(std::string_view so_far);

    std::optional<boost::asio::ip::tcp::endpoint> source_;
};

}  // namespace webhookd
