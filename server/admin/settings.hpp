#pragma once

#include "base/secret.hpp"

#include <optional>
#include <string>

namespace webhookd {

/// `admin:`. Without a token only a loopback address or a unix socket is allowed.
struct admin_settings {
    std::string address = "127.0.0.1:9464";  ///< `host:port`, or `unix:/path`.
    std::optional<secret_value> token;
};

}  // namespace webhookd
