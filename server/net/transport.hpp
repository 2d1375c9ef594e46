#pragma once

#include "net/tcp.hpp"
#include "net/tls_context.hpp"

#include <cstddef>

namespace webhookd {

/// A connection's bytes, plain or TLS, on one non-blocking socket. OpenSSL works on the socket
/// itself: no buffer of Asio's in between, no copy, and nothing kept while the connection idles.
/// Calls never block; where one says `want_read` or `want_write`, wait for that and call again.
/// One thread.
class transport {
public:
    enum class status {
        done,        ///< `size` bytes were moved (never 0), or the handshake is complete.
        want_read,   ///< Wait until the socket is readable.
        want_write,  ///< Wait until the socket is writable.
        closed,      ///< The peer ended the stream in order.
        failed       ///< Reset, broken TLS, or another error.
    };

    struct outcome {
        transport::status status;
        std::size_t size = 0;
    };

    explicit transport(tcp_socket socket) : socket_{std::move(socket)} {}

    tcp_socket& socket() noexcept { return socket_; }

    /// Goes on with TLS; `handshake` is next. False where memory is short.
    bool start_tls(const tls_context& context);

    bool is_tls() const noexcept { return ssl_ != nullptr; }

    outcome handshake() noexcept;
    outcome read(char* to, std::size_t size) noexcept;
    outcome write(const char* from, std::size_t size) noexcept;

    /// Are there bytes that `read` gives without asking the socket?
    bool has_pending() const noexcept;

    /// Sends close_notify where it can be done at once, and FIN. Never waits.
    void shutdown_send() noexcept;

private:
    outcome failure_of(int returned) noexcept;

    tcp_socket socket_;
    ssl_ptr ssl_;
    bool broken_ = false;  ///< After a fatal TLS error nothing more may be said (SSL_shutdown(3)).
};

}  // namespace webhookd
