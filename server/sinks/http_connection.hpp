#pragma once

#include "dispatch/sink.hpp"
#include "net/tls_context.hpp"
#include "net/url.hpp"
#include "sinks/client_tls.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

class name_lookup;

/// How long each part of an attempt may take.
struct http_timeouts {
    std::chrono::milliseconds connect;  ///< To each address; and the lookup of the name.
    std::chrono::milliseconds tls;
    std::chrono::milliseconds first_byte;  ///< From the request's end to the answer's beginning.
    std::chrono::milliseconds whole;
};

/// What came back of a request.
struct http_answer {
    unsigned status = 0;  ///< 0: none came; `failure` says why.
    std::string retry_after;
    std::string failure;
    bool nothing_came = true;  ///< Not a single byte of an answer.
    bool closed = false;       ///< With a failure: it was the peer's doing, not a limit's.
    bool reusable = false;     ///< Another request may follow on the connection.
};

/// A connection to a server, plain or TLS. Answers are read up to `answer_bytes_max`; a longer one
/// still tells its status. One request at a time; one thread.
class http_connection {
public:
    static constexpr std::size_t answer_bytes_max = 64 * 1024;
    static constexpr std::uint32_t head_bytes_max = 16 * 1024;

    /// @param names  Outlives every call of `connect`.
    http_connection(executor ex, const http_timeouts& timeouts, name_lookup& names);
    ~http_connection();

    http_connection(const http_connection&) = delete;
    http_connection& operator=(const http_connection&) = delete;

    /// Looks the name up and tries every address. @param tls  Null: plain.
    /// @return What went wrong; empty: nothing.
    task<std::string> connect(
        const http_url& to, const client_tls* tls, steady::time_point deadline
    );

    /// Sends `request`, which stays as it is until the answer is there, and reads the answer.
    task<http_answer> exchange(std::string_view request, steady::time_point deadline);

    /// Does an idle connection look as if it still stood?
    bool alive() const noexcept;

    /// Makes what is under way end at once. Later calls fail.
    void abort();

private:
    class inside;
    std::shared_ptr<inside> in_;
};

}  // namespace webhookd
