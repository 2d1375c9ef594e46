#pragma once

#include "dispatch/sink.hpp"
#include "net/url.hpp"
#include "sinks/client_tls.hpp"
#include "sinks/http_connection.hpp"
#include "sinks/name_lookup.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace webhookd {

/// A connection's bytes, plain or TLS, with one time limit that is moved along. Failures are
/// sentences. One call at a time; one thread. Held by shared_ptr: its limit must not outlive it.
class client_stream : public std::enable_shared_from_this<client_stream> {
public:
    /// @param names  Outlives every call of `connect`.
    client_stream(executor ex, const http_timeouts& timeouts, name_lookup& names)
        : timeouts_{timeouts}, names_{names}, socket_{ex}, limit_{ex}
    {
    }

    const http_timeouts& timeouts() const noexcept { return timeouts_; }

    task<std::string> connect(http_url to, const client_tls* tls, steady::time_point deadline);

    /// Writes all of it. @return What went wrong; empty: nothing.
    task<std::string> write(std::string_view bytes, steady::time_point deadline);

    struct got {
        std::size_t size = 0;  ///< 0: the end, or a failure.
        std::string failure;
    };

    /// Waits until there may be something to read. @return What went wrong; empty: nothing.
    task<std::string> readable();

    /// Reads some. The limit is the one that was set last.
    task<got> read(std::string& into);

    /// From now on, what is under way fails after `most` or at `deadline`, saying `why`.
    void limit(std::chrono::milliseconds most, steady::time_point deadline, const char* why);
    void unlimit();

    bool alive() const noexcept;
    void abort();

    /// After a failure: neither a limit nor `abort` is behind it.
    bool closed_by_peer() const noexcept { return !why_ && !aborted_; }

private:
    using endpoints = std::vector<tcp::endpoint>;

    enum class step : std::uint8_t { done, read, write, closed, failed };

    struct moved {
        step next = step::failed;
        std::size_t size = 0;
    };

    task<std::string> resolve(const http_url& to, endpoints& into, steady::time_point deadline);
    task<std::string> connect_one(tcp::endpoint to, steady::time_point deadline);
    task<std::string> handshake(
        const http_url& to, const client_tls& tls, steady::time_point deadline
    );
    task<std::string> wait(step what);
    moved write_some(std::string_view bytes) noexcept;
    moved read_some(std::string& into) noexcept;
    moved ssl_result(int returned) noexcept;
    std::string failed(const std::string& what) const;

    const http_timeouts timeouts_;
    name_lookup& names_;
    tcp_socket socket_;
    wait_timer limit_;
    ssl_ptr ssl_;
    std::uint64_t limit_number_ = 0;
    const char* why_ = nullptr;  ///< Set: the limit has passed.
    bool aborted_ = false;
    int errno_ = 0;
};

}  // namespace webhookd
