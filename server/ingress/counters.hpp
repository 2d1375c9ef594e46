#pragma once

#include "event/receipt.hpp"
#include "ingress/stats.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace webhookd {

/// A counter with one writing thread and any number of reading ones: no locked instruction.
class counter {
public:
    void add(std::uint64_t n = 1) noexcept
    {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }

    void subtract(std::uint64_t n = 1) noexcept { add(0 - n); }

    std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// What a request came to. The names are the metric's `outcome` label and the problem's `reason`.
enum class request_outcome : std::uint8_t {
    accepted,
    duplicate,
    missing_signature,
    malformed_signature,
    signature_mismatch,
    body_too_large,
    bad_framing,
    length_required,
    header_too_large,
    timed_out,
    method_not_allowed,
    not_found,
    queue_full,
    store_full,
    store_failed,
    stopping,
    count_  ///< How many there are.
};

constexpr std::size_t request_outcomes = static_cast<std::size_t>(request_outcome::count_);

const char* name(request_outcome o) noexcept;

/// What one thread counts at one endpoint (or, with an empty path, at none).
struct endpoint_counters {
    std::string path;
    std::array<counter, request_outcomes> outcomes;
    std::vector<std::string> secret_names;
    std::deque<counter> secrets;  ///< By index of the secret.

    void count(request_outcome o) noexcept { outcomes[static_cast<std::size_t>(o)].add(); }
};

/// The bounds of the request duration's histogram, in seconds.
constexpr std::array<double, 13> duration_bounds{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0
};

/// What one network thread counts. It alone writes; `add_to` may be called by any thread.
class thread_counters {
public:
    thread_counters();

    /// The counters of an endpoint with these secrets; made on first sight, never freed.
    endpoint_counters& of(const endpoint& e, const std::vector<std::string>& secrets);

    /// Of requests that reached no endpoint.
    endpoint_counters& nowhere() noexcept { return *nowhere_; }

    void observe(std::chrono::steady_clock::duration took) noexcept;

    counter active_connections, accepted_connections, refused_connections;

    /// Adds what was counted to `total`.
    void add_to(ingress_snapshot& total) const;

private:
    mutable std::mutex mutex_;  ///< Guards the list, not the counters: taken at reload and scrape.
    std::vector<std::unique_ptr<endpoint_counters>> endpoints_;
    endpoint_counters* nowhere_ = nullptr;
    std::array<counter, duration_bounds.size() + 1> durations_;
    counter duration_nanoseconds_;
};

}  // namespace webhookd
