#include "commands/send_wire.hpp"

#include "base/error.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>

namespace webhookd::commands {

namespace {

std::string tls_error_text()
{
    const unsigned long code = ERR_peek_last_error();
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "the connection was cut";
}

}  // namespace

client_tls_ptr make_client_tls(const std::optional<std::string>& ca, bool insecure)
{
    client_tls_ptr out{SSL_CTX_new(TLS_client_method())};
    if (!out)
        throw std::runtime_error("TLS cannot be set up: " + tls_error_text());
    SSL_CTX_set_min_proto_version(out.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(
        out.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    );
    SSL_CTX_set_read_ahead(out.get(), 1);
    constexpr unsigned char alpn[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(out.get(), alpn, sizeof alpn - 1);
    if (insecure)
        return out;
    SSL_CTX_set_verify(out.get(), SSL_VERIFY_PEER, nullptr);
    const int good = ca ? SSL_CTX_load_verify_file(out.get(), ca->c_str())
                        : SSL_CTX_set_default_verify_paths(out.get());
    if (good != 1) {
        const std::string which = ca ? *ca : "the system's certificates";
        throw std::runtime_error(which + ": no certificate can be read: " + tls_error_text());
    }
    return out;
}

bool client_wire::fail(std::string what)
{
    error_ = std::move(what);
    close();
    return false;
}

std::string client_wire::tls_failure(int ssl_error) const
{
    if (ssl_error == SSL_ERROR_SSL) {
        const long verified = SSL_get_verify_result(ssl_.get());
        if (verified != X509_V_OK)
            return std::string{"the certificate is not good: "} +
                   X509_verify_cert_error_string(verified);
        return "TLS: " + tls_error_text();
    }
    if (errno != 0)
        return std::generic_category().message(errno);
    return "the connection was cut";
}

task<bool> client_wire::connect(
    const std::vector<tcp::endpoint>& to, SSL_CTX* tls, const std::string& host
)
{
    close();
    for (const tcp::endpoint& address : to) {
        error_code ec;
        socket_.open(address.protocol(), ec);
        if (!ec)
            socket_.set_option(tcp::no_delay{true}, ec);
        if (!ec)
            std::tie(ec) = co_await socket_.async_connect(address, use_tuple);
        if (!ec) {
            socket_.native_non_blocking(true, ec);
            open_ = true;
            bool good = true;
            if (tls != nullptr)
                good = co_await handshake(tls, host);
            co_return good;
        }
        fail(ec.message());
    }
    co_return false;
}

task<bool> client_wire::handshake(SSL_CTX* tls, const std::string& host)
{
    ssl_.reset(SSL_new(tls));
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1)
        co_return fail("TLS cannot be set up: " + tls_error_text());
    error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (not_an_address) {
        SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
        SSL_set1_host(ssl_.get(), host.c_str());
    }
    else {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str());
    }
    for (;;) {
        ERR_clear_error();
        errno = 0;
        const int returned = SSL_connect(ssl_.get());
        if (returned == 1)
            co_return true;
        const bool again = co_await wait_for(SSL_get_error(ssl_.get(), returned));
        if (!again)
            co_return false;
    }
}

// Waits for what OpenSSL asks for; false where it asks for nothing because it is over.
task<bool> client_wire::wait_for(int ssl_error)
{
    if (ssl_error != SSL_ERROR_WANT_READ && ssl_error != SSL_ERROR_WANT_WRITE) {
        if (ssl_error == SSL_ERROR_ZERO_RETURN)
            co_return fail({});
        co_return fail(tls_failure(ssl_error));
    }
    const auto what =
        ssl_error == SSL_ERROR_WANT_READ ? tcp_socket::wait_read : tcp_socket::wait_write;
    auto [ec] = co_await socket_.async_wait(what, use_tuple);
    if (ec)
        co_return fail(ec.message());
    co_return true;
}

task<bool> client_wire::write(std::string_view bytes)
{
    while (!bytes.empty()) {
        int wanted = SSL_ERROR_WANT_WRITE;
        std::size_t n = 0;
        errno = 0;
        if (ssl_) {
            ERR_clear_error();
            const int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &n);
            wanted = SSL_get_error(ssl_.get(), returned);
        }
        else {
            const auto sent =
                ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN && errno != EINTR)
                co_return fail(std::generic_category().message(errno));
            n = sent < 0 ? 0 : static_cast<std::size_t>(sent);
        }
        bytes.remove_prefix(n);
        if (n == 0) {
            const bool again = co_await wait_for(wanted);
            if (!again)
                co_return false;
        }
    }
    co_return true;
}

task<std::size_t> client_wire::read(char* to, std::size_t size)
{
    for (;;) {
        int wanted = SSL_ERROR_WANT_READ;
        std::size_t n = 0;
        errno = 0;
        if (ssl_) {
            ERR_clear_error();
            const int returned = SSL_read_ex(ssl_.get(), to, size, &n);
            wanted = SSL_get_error(ssl_.get(), returned);
        }
        else {
            const auto got = ::recv(socket_.native_handle(), to, size, 0);
            if (got < 0 && errno != EAGAIN && errno != EINTR)
                wanted = SSL_ERROR_SYSCALL;
            if (got == 0)
                wanted = SSL_ERROR_ZERO_RETURN;
            n = got < 0 ? 0 : static_cast<std::size_t>(got);
        }
        if (n > 0)
            co_return n;
        const bool again = co_await wait_for(wanted);
        if (!again)
            co_return 0;
    }
}

bool client_wire::alive()
{
    if (!open_)
        return false;
    char byte = 0;
    if (ssl_) {
        ERR_clear_error();
        std::size_t n = 0;
        const int returned = SSL_peek_ex(ssl_.get(), &byte, 1, &n);
        return SSL_get_error(ssl_.get(), returned) == SSL_ERROR_WANT_READ;
    }
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && errno == EAGAIN;
}

void client_wire::interrupt() noexcept
{
    error_code ignored;
    socket_.cancel(ignored);
}

void client_wire::close() noexcept
{
    error_code ignored;
    ssl_.reset();
    socket_.close(ignored);
    open_ = false;
}

}  // namespace webhookd::commands
