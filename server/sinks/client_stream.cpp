#include "sinks/client_stream.hpp"

#include "net/resolve.hpp"

#include <boost/asio/connect.hpp>
#include <climits>
#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>

namespace webhookd {

void client_stream::limit(
    std::chrono::milliseconds most, steady::time_point deadline, const char* why
)
{
    const std::uint64_t number = ++limit_number_;
    limit_.expires_at(std::min(steady::now() + most, deadline));
    limit_.async_wait([weak = weak_from_this(), number, why](const error_code& ec) {
        const auto self = weak.lock();
        if (ec || !self || self->limit_number_ != number)
            return;
        self->why_ = why;
        self->socket_.cancel();
    });
}

void client_stream::unlimit()
{
    ++limit_number_;
    limit_.cancel();
}

void client_stream::abort()
{
    aborted_ = true;
    unlimit();
    error_code ignored;
    socket_.close(ignored);
}

std::string client_stream::failed(const std::string& what) const
{
    return aborted_ ? "stopping" : why_ ? why_ : what;
}

// A name is looked up anew for every connection, so that a change is seen.
task<std::string> client_stream::resolve(
    const http_url& to, endpoints& into, steady::time_point deadline
)
{
    into = addresses_without_lookup(to.host, to.port);
    if (!into.empty())
        co_return "";
    const auto until = std::min(steady::now() + timeouts_.connect, deadline);
    auto found = co_await names_.look_up(to.host, to.port, until);
    if (!found)
        co_return failed("the lookup of " + to.host + " took too long");
    if (!*found)
        co_return "cannot look " + to.host + " up: " + found->error().message();
    into = std::move(**found);
    co_return "";
}

task<std::string> client_stream::connect_one(tcp::endpoint to, steady::time_point deadline)
{
    error_code ec;
    socket_.close(ec);
    why_ = nullptr;
    socket_.open(to.protocol(), ec);
    if (ec)
        co_return failed(ec.message());
    socket_.set_option(tcp::no_delay{true}, ec);
    limit(timeouts_.connect, deadline, "connecting took too long");
    const auto [failure] = co_await socket_.async_connect(to, use_tuple);
    unlimit();
    if (failure || why_ || aborted_)
        co_return failed("cannot connect: " + failure.message());
    socket_.native_non_blocking(true, ec);
    co_return "";
}

task<std::string> client_stream::connect(
    http_url to, const client_tls* tls, steady::time_point deadline
)
{
    const auto self = shared_from_this();
    endpoints addresses;
    std::string failure = co_await resolve(to, addresses, deadline);
    if (!failure.empty())
        co_return failure;
    failure = "no address of " + to.host;
    for (const tcp::endpoint& address : addresses) {
        if (aborted_ || steady::now() >= deadline)
            break;
        failure = co_await connect_one(address, deadline);
        if (failure.empty() && tls)
            failure = co_await handshake(to, *tls, deadline);
        if (failure.empty())
            break;
    }
    co_return failure;
}

task<std::string> client_stream::handshake(
    const http_url& to, const client_tls& tls, steady::time_point deadline
)
{
    ssl_ = tls.connect(socket_.native_handle(), to.host);
    if (!ssl_)
        co_return "TLS cannot be set up";
    limit(timeouts_.tls, deadline, "the TLS handshake took too long");
    for (;;) {
        ERR_clear_error();
        const int r = SSL_do_handshake(ssl_.get());
        if (r == 1)
            break;
        const auto next = ssl_result(r).next;
        if (next != step::read && next != step::write)
            co_return handshake_failure(ssl_.get());
        const std::string failure = co_await wait(next);
        if (!failure.empty())
            co_return failure;
    }
    unlimit();
    co_return "";
}

task<std::string> client_stream::wait(step what)
{
    const auto kind = what == step::read ? tcp_socket::wait_read : tcp_socket::wait_write;
    error_code failure;
    if (!aborted_ && !why_) {
        const auto [ec] = co_await socket_.async_wait(kind, use_tuple);
        failure = ec;
    }
    if (failure || aborted_ || why_)
        co_return failed(failure.message());
    co_return "";
}

client_stream::moved client_stream::ssl_result(int returned) noexcept
{
    errno_ = errno;
    if (returned > 0)
        return {step::done, static_cast<std::size_t>(returned)};
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ: return {step::read};
        case SSL_ERROR_WANT_WRITE: return {step::write};
        case SSL_ERROR_ZERO_RETURN: return {step::closed};
        default: return {step::failed};
    }
}

client_stream::moved client_stream::write_some(std::string_view bytes) noexcept
{
    if (ssl_) {
        ERR_clear_error();
        const auto most = std::min<std::size_t>(bytes.size(), INT_MAX);
        return ssl_result(SSL_write(ssl_.get(), bytes.data(), static_cast<int>(most)));
    }
    const auto n = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    errno_ = errno;
    if (n > 0)
        return {step::done, static_cast<std::size_t>(n)};
    return {
        errno_ == EAGAIN || errno_ == EWOULDBLOCK || errno_ == EINTR ? step::write : step::failed
    };
}

client_stream::moved client_stream::read_some(std::string& into) noexcept
{
    if (ssl_) {
        ERR_clear_error();
        return ssl_result(SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size())));
    }
    const auto n = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
    errno_ = errno;
    if (n > 0)
        return {step::done, static_cast<std::size_t>(n)};
    if (n == 0)
        return {step::closed};
    return {
        errno_ == EAGAIN || errno_ == EWOULDBLOCK || errno_ == EINTR ? step::read : step::failed
    };
}

task<std::string> client_stream::write(std::string_view bytes, steady::time_point deadline)
{
    why_ = nullptr;
    limit(timeouts_.whole, deadline, "the request was not taken in time");
    while (!bytes.empty()) {
        const moved m = write_some(bytes);
        bytes.remove_prefix(m.size);
        if (m.next == step::done)
            continue;
        if (m.next == step::closed || m.next == step::failed)
            co_return failed("the connection was closed");
        const std::string failure = co_await wait(m.next);
        if (!failure.empty())
            co_return failure;
    }
    co_return "";
}

task<std::string> client_stream::readable()
{
    if (ssl_ && SSL_has_pending(ssl_.get()) == 1)
        co_return "";
    co_return co_await wait(step::read);
}

task<client_stream::got> client_stream::read(std::string& into)
{
    for (;;) {
        if (aborted_ || why_)
            co_return got{0, failed("")};
        const moved m = read_some(into);
        if (m.next == step::done)
            co_return got{m.size, ""};
        if (m.next == step::closed)
            co_return got{0, "the connection was closed before the answer was complete"};
        if (m.next == step::failed)
            co_return got{0, failed("the connection broke")};
        std::string failure = co_await wait(m.next);
        if (!failure.empty())
            co_return got{0, std::move(failure)};
    }
}

bool client_stream::alive() const noexcept
{
    char byte = 0;
    tcp_socket& socket = const_cast<tcp_socket&>(socket_);  // native_handle is not const.
    const auto n = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    // On TLS there may be a session ticket that nobody read yet.
    return !aborted_ && ((n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) || (n > 0 && ssl_));
}

}  // namespace webhookd
