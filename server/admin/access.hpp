#pragma once

#include "admin/request.hpp"
#include "admin/settings.hpp"
#include "base/encoding.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

/// Who may ask. With a token every request must bring it, but for the health checks. Without one
/// the listener is on loopback or on a unix socket; then a web page in a browser on this machine
/// must not get in either: the Host must be a loopback name (DNS rebinding), and a request that
/// another site's page makes is refused (its Origin is not ours).
class admin_access {
public:
    /// @param unix_socket  Browsers cannot reach it, so Host and Origin do not matter.
    admin_access(const std::optional<secret_value>& token, bool unix_socket);

    struct credentials {
        std::string_view authorization;  ///< The header's value; empty where absent.
        std::string_view host;
        std::string_view origin;
        bool has_origin = false;
    };

    /// @return What to refuse with, or nullopt. Takes the same time for any wrong token.
    std::optional<refused_request> check(const credentials& c, bool health_check) const;

private:
    std::optional<bits256> token_;  ///< Its SHA-256.
    bool unix_socket_;
};

/// Is `host` (of a Host header: a name or address, perhaps with a port) this machine's loopback?
bool is_loopback_host(std::string_view host) noexcept;

}  // namespace webhookd
