#include "net/transport.hpp"

#include <openssl/err.h>

#include <cerrno>
#include <sys/socket.h>

namespace webhookd {

bool transport::start_tls(const tls_context& context)
{
    ssl_ = context.accept(socket_.native_handle());
    return ssl_ != nullptr;
}

transport::outcome transport::failure_of(int returned) noexcept
{
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ: return {status::want_read};
        case SSL_ERROR_WANT_WRITE: return {status::want_write};
        case SSL_ERROR_ZERO_RETURN: return {status::closed};
        default: break;
    }
    broken_ = true;
    ERR_clear_error();
    return {status::failed};
}

transport::outcome transport::handshake() noexcept
{
    ERR_clear_error();
    const int returned = SSL_do_handshake(ssl_.get());
    if (returned == 1)
        return {status::done};
    return failure_of(returned);
}

transport::outcome transport::read(char* to, std::size_t size) noexcept
{
    if (ssl_) {
        ERR_clear_error();
        std::size_t n = 0;
        const int returned = SSL_read_ex(ssl_.get(), to, size, &n);
        if (returned == 1)
            return {status::done, n};
        return failure_of(returned);
    }
    for (;;) {
        const ssize_t n = ::recv(socket_.native_handle(), to, size, 0);
        if (n > 0)
            return {status::done, static_cast<std::size_t>(n)};
        if (n == 0)
            return {status::closed};
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {status::want_read};
        if (errno != EINTR)
            return {status::failed};
    }
}

transport::outcome transport::write(const char* from, std::size_t size) noexcept
{
    if (ssl_) {
        ERR_clear_error();
        std::size_t n = 0;
        const int returned = SSL_write_ex(ssl_.get(), from, size, &n);
        if (returned == 1)
            return {status::done, n};
        return failure_of(returned);
    }
    for (;;) {
        const ssize_t n = ::send(socket_.native_handle(), from, size, MSG_NOSIGNAL);
        if (n >= 0)
            return {status::done, static_cast<std::size_t>(n)};
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {status::want_write};
        if (errno != EINTR)
            return {status::failed};
    }
}

bool transport::has_pending() const noexcept
{
    return ssl_ && SSL_has_pending(ssl_.get()) == 1;
}

void transport::shutdown_send() noexcept
{
    if (ssl_ && !broken_ && SSL_is_init_finished(ssl_.get())) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace webhookd
