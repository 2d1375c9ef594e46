#pragma once

#include "net/settings.hpp"

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>

namespace webhookd {

struct free_ssl {
    void operator()(SSL_CTX* p) const noexcept { SSL_CTX_free(p); }

    void operator()(SSL* p) const noexcept { SSL_free(p); }
};

using ssl_ptr = std::unique_ptr<SSL, free_ssl>;

/// What new TLS connections of a listener are made from. Never changed once it is in use: a
/// reload makes a new one. May be shared by threads.
class tls_context {
public:
    /// TLS 1.2 (forward secret AEAD ciphers only) and 1.3, ALPN `http/1.1`, no renegotiation, no
    /// compression, stateless tickets, buffers given back while a connection idles.
    /// @throws std::runtime_error  with a sentence that names the file and what is wrong.
    /// @source RFC 7301 (ALPN), RFC 9325 (recommendations for TLS 1.2)
    static std::shared_ptr<const tls_context> make(const tls_settings& settings);

    /// A server-side connection on the non-blocking socket `fd`, or null where memory is short.
    ssl_ptr accept(int fd) const;

    /// The leaf certificate's notAfter, Unix seconds.
    std::int64_t not_after() const noexcept { return not_after_; }

private:
    tls_context() = default;

    std::unique_ptr<SSL_CTX, free_ssl> context_;
    std::int64_t not_after_ = 0;
};

}  // namespace webhookd
