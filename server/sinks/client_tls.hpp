#pragma once

#include "net/tls_context.hpp"
#include "sinks/settings.hpp"

#include <memory>
#include <string>

namespace webhookd {

/// TLS as a client: 1.2 or newer, the peer's chain and name always verified. One thread.
class client_tls {
public:
    /// @throws std::runtime_error  A file cannot be used; it is named.
    explicit client_tls(const http_sink_settings& settings);

    /// A connection on the non-blocking socket `fd` to `host`, a name (told by SNI) or an
    /// address; null where memory is short.
    ssl_ptr connect(int fd, const std::string& host) const;

private:
    std::unique_ptr<SSL_CTX, free_ssl> context_;
};

/// Why the handshake of `ssl` failed, in words: the certificate's fault where it was that.
std::string handshake_failure(SSL* ssl);

}  // namespace webhookd
