#pragma once

#include "commands/latency_counts.hpp"
#include "commands/send_wire.hpp"
#include "net/url.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::commands {

struct load_settings {
    http_url url;
    unsigned connections = 1;
    double rate = 0;  ///< Requests a second, whether or not answers come; 0: as fast as they come.
    std::chrono::milliseconds timeout{30'000};  ///< Connect and handshake; request to answer.
    bool keep_going = false;  ///< Connect again when the connection breaks, and go on.
    std::chrono::milliseconds retry_for{30'000};  ///< So long without any connection: give up.
    SSL_CTX* tls = nullptr;                       ///< Set where the URL is https.
};

/// A request, ready to be written, and what it is known by.
struct load_request {
    std::string bytes;
    std::string id;
};

struct load_report {
    std::uint64_t sent = 0;                ///< Requests of which any byte was written.
    std::map<int, std::uint64_t> answers;  ///< By status.
    std::uint64_t unanswered = 0;
    std::uint64_t connections = 0;  ///< That were made.
    latency_counts latency;         ///< From the moment the request was due to its answer.
    std::chrono::nanoseconds elapsed{0};
    std::string error;         ///< Why it ended early, or of the last broken connection.
    bool ended_early = false;  ///< Not every request was sent.
};

struct load_hooks {
    std::function<bool(load_request&)> next;            ///< The next request; false: that was all.
    std::function<void(std::string_view id)> accepted;  ///< Its 200 has arrived.
    std::function<void(std::string_view id)> unanswered;  ///< It was sent and has no answer.
    std::function<void(const load_report&)> progress;     ///< About once a second; may be empty.
};

/// Sends what `hooks.next` gives from this thread, until it ends or SIGINT or SIGTERM comes.
/// With a rate the k-th request is due at k/rate, whatever the answers do, and its latency counts
/// from then: a server that stalls cannot hide it.
load_report run_load(const load_settings& settings, load_hooks hooks);

}  // namespace webhookd::commands
