#include "ingress/session.hpp"

#include "base/log.hpp"
#include "ingress/network_thread.hpp"
#include "net/proxy_protocol.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cerrno>
#include <ctime>

namespace webhookd {

namespace {

constexpr std::size_t linger_bytes_max = 1u << 18;
constexpr std::chrono::milliseconds linger_limit{2'000};
constexpr std::chrono::milliseconds write_limit{30'000};
// A body slower than this, on average and after the grace, is a stalled one.
constexpr std::chrono::seconds body_rate_grace{5};
constexpr std::uint64_t body_bytes_per_second_min = 1024;

// CLOCK_MONOTONIC as of the last tick of the kernel (4 ms at most): the same base as steady_clock,
// at a fraction of its price. Good enough for deadlines.
steady::time_point coarse_now() noexcept
{
    std::timespec t{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return steady::time_point{std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec}};
}

}  // namespace

session::session(network_thread& home, tcp_socket socket, const listener& from)
    : home_{home}, from_{from}, transport_{std::move(socket)}
{
    home_.add(*this);
    home_.counters().active_connections.add();
    home_.shared().connections.fetch_add(1, std::memory_order_relaxed);
}

session::~session()
{
    home_.release(reserved_);
    home_.counters().active_connections.subtract();
    home_.shared().connections.fetch_sub(1, std::memory_order_relaxed);
}

task<> session::run(std::unique_ptr<session> self)
{
    session& s = *self;
    const bool opened = co_await s.open();
    if (!opened)
        co_return;
    next go = next::keep;
    while (go == next::keep && !s.aborted_)
        go = co_await s.serve_request();
    if (go == next::linger && !s.aborted_)
        co_await s.linger();
    else
        s.transport_.shutdown_send();
}

task<bool> session::open()
{
    boost::system::error_code ec;
    const auto remote = transport_.socket().remote_endpoint(ec);
    if (ec)
        co_return false;
    peer_ = remote.address();
    enter(phase::opening, home_.limits().handshake_timeout);
    if (from_.proxy_protocol) {
        const bool named = co_await read_proxy_header();
        if (!named)
            co_return false;
    }
    const auto tls = from_.tls;
    if (tls) {
        if (!transport_.start_tls(*tls))
            co_return false;
        const bool shaken = co_await handshake();
        co_return shaken;
    }
    co_return true;
}

task<bool> session::read_proxy_header()
{
    if (!home_.shared().trusted.contains(peer_)) {
        log::warn("connection from an untrusted proxy", {{"client.address", peer_.to_string()}});
        co_return false;
    }
    proxy_header header;
    std::string bytes;
    for (;;) {
        const auto wanted = header.wanted(bytes);
        if (!wanted) {
            log::warn("not a PROXY protocol header", {{"client.address", peer_.to_string()}});
            co_return false;
        }
        if (*wanted == 0)
            break;
        const std::size_t had = bytes.size();
        bytes.resize(had + *wanted);
        const auto out = transport_.read(bytes.data() + had, *wanted);
        bytes.resize(had + out.size);
        if (out.status == transport::status::done)
            continue;
        if (out.status != transport::status::want_read)
            co_return false;
        const bool readable = co_await wait_read();
        if (!readable)
            co_return false;
    }
    if (header.source())
        peer_ = header.source()->address();
    co_return true;
}

task<bool> session::handshake()
{
    for (;;) {
        const auto out = transport_.handshake();
        bool going = out.status == transport::status::done;
        if (going)
            co_return true;
        if (out.status == transport::status::want_read)
            going = co_await wait_read();
        else if (out.status == transport::status::want_write)
            going = co_await wait_write();
        if (!going)
            co_return false;
    }
}

task<bool> session::wait_read()
{
    const auto [ec] = co_await transport_.socket().async_wait(tcp_socket::wait_read, use_tuple);
    co_return !ec && !timed_out_ && !aborted_;
}

task<bool> session::wait_write()
{
    const auto [ec] = co_await transport_.socket().async_wait(tcp_socket::wait_write, use_tuple);
    co_return !ec && !timed_out_ && !aborted_;
}

void session::enter(phase p, std::chrono::milliseconds limit)
{
    phase_ = p;
    timed_out_ = false;
    deadline_ = coarse_now() + limit;
}

task<bool> session::write_all(std::string_view text)
{
    enter(phase::writing, write_limit);
    while (!text.empty()) {
        const auto out = transport_.write(text.data(), text.size());
        text.remove_prefix(out.size);
        bool going = out.status == transport::status::done;
        if (out.status == transport::status::want_write)
            going = co_await wait_write();
        else if (out.status == transport::status::want_read)
            going = co_await wait_read();
        if (!going)
            co_return false;
    }
    co_return true;
}

// Says goodbye and reads what the client still sends for a while: closing with unread bytes would
// reset the connection and might take the answer with it (RFC 9112 §9.6).
task<> session::linger()
{
    transport_.shutdown_send();
    enter(phase::lingering, linger_limit);
    std::size_t taken = 0;
    char sink[4096];
    while (taken < linger_bytes_max) {
        const ssize_t n = ::recv(transport_.socket().native_handle(), sink, sizeof sink, 0);
        if (n == 0)
            co_return;
        if (n > 0) {
            taken += static_cast<std::size_t>(n);
            continue;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            co_return;
        const bool readable = co_await wait_read();
        if (!readable)
            co_return;
    }
}

void session::check_deadline(steady::time_point at)
{
    bool late = at >= deadline_;
    if (phase_ == phase::body && at - body_started_ > body_rate_grace) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at - body_started_);
        const std::uint64_t least =
            body_bytes_per_second_min * static_cast<std::uint64_t>(seconds.count());
        late = late || used_ - parsed_ + chunked_size_ < least;
    }
    if (!late)
        return;
    if (phase_ == phase::commit) {
        // The wait ends, the write does not: the event may be stored all the same. A repeat has
        // the same id, so nothing is told twice.
        pending_->waiter = nullptr;
        pending_ = nullptr;
        auto handler = std::move(*waiter_);
        waiter_.reset();
        std::move(handler)(request_outcome::store_failed);
        return;
    }
    timed_out_ = true;
    boost::system::error_code ignored;
    transport_.socket().cancel(ignored);
}

void session::close_if_idle()
{
    if (phase_ == phase::idle)
        abort();
}

void session::abort()
{
    aborted_ = true;
    boost::system::error_code ignored;
    transport_.socket().cancel(ignored);
}

}  // namespace webhookd
