#pragma once

#include "net/tcp.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::commands {

struct free_client_tls {
    void operator()(SSL_CTX* p) const noexcept { SSL_CTX_free(p); }

    void operator()(SSL* p) const noexcept { SSL_free(p); }
};

using client_tls_ptr = std::unique_ptr<SSL_CTX, free_client_tls>;

/// What TLS connections of a client are made from.
/// @param ca  PEM file; none: the system's certificates.
/// @param insecure  Take any certificate.
/// @throws std::runtime_error  with a sentence that names the file.
client_tls_ptr make_client_tls(const std::optional<std::string>& ca, bool insecure);

/// A client's connection, plain or TLS, on one non-blocking socket. After a failure `error` says
/// in words what happened. Waits have no deadline of their own: `interrupt` ends them.
class client_wire {
public:
    explicit client_wire(executor ex) : socket_{ex} {}

    /// Tries the addresses in turn.
    /// @param tls  Null: plain.
    task<bool> connect(const std::vector<tcp::endpoint>& to, SSL_CTX* tls, const std::string& host);

    task<bool> write(std::string_view bytes);

    /// Reads what there is, at least a byte. @return 0 where the peer ended the stream or it broke;
    /// `error` is empty where it ended in order.
    task<std::size_t> read(char* to, std::size_t size);

    /// Has the peer not closed it yet, as far as can be told without waiting?
    bool alive();

    /// Ends a wait under way; the connection is of no more use.
    void interrupt() noexcept;
    void close() noexcept;

    bool is_open() const noexcept { return open_; }

    const std::string& error() const noexcept { return error_; }

private:
    task<bool> handshake(SSL_CTX* tls, const std::string& host);
    task<bool> wait_for(int ssl_error);
    bool fail(std::string what);
    std::string tls_failure(int ssl_error) const;

    tcp_socket socket_;
    std::unique_ptr<SSL, free_client_tls> ssl_;
    std::string error_;
    bool open_ = false;
};

}  // namespace webhookd::commands
