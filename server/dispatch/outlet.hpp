#pragma once

#include "dispatch/async.hpp"
#include "dispatch/breaker.hpp"
#include "dispatch/dispatcher.hpp"
#include "dispatch/progress.hpp"
#include "dispatch/sink.hpp"
#include "sinks/settings.hpp"
#include "store/store.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>

namespace webhookd {

/// What is counted of a sink. Written on the dispatch thread, read by any.
struct outlet_counters {
    std::atomic<std::uint64_t> cursor{0}, done_above{0}, delivered{0}, attempts{0}, failures{0};
    std::atomic<std::int64_t> oldest_micros{0};  ///< When the oldest open event came; 0: none.
    std::atomic<breaker::state> gate{breaker::state::closed};

    void set_error(std::string text);
    std::string last_error() const;

private:
    mutable std::mutex mutex_;
    std::string last_error_;
};

/// The attempts so far at an event that failed.
struct retry_record {
    std::uint32_t attempts = 0;
    timestamp first{};
};

/// A configured sink and how far it has come. One thread, but for the counters.
class outlet {
public:
    outlet(sink_settings settings, std::unique_ptr<sink> target, executor ex);

    const std::string& name() const noexcept { return settings.name; }

    /// One try through the sink, counted. A sink that throws has failed.
    task<attempt> try_once(std::span<const event* const> batch);

    /// Marks as done, and counts what is told of the cursor.
    void mark_done(std::uint64_t first, std::uint64_t last);

    /// Takes up what a process before saved.
    void restore(const sink_cursor& saved);

    /// What would be saved now, or once `as_if` is done.
    sink_cursor snapshot() const { return snapshot(done); }

    sink_cursor snapshot(const progress& as_if) const;

    const sink_settings settings;
    const std::unique_ptr<sink> target;
    const delivery_policy policy;
    progress done;
    breaker gate;
    std::map<std::uint64_t, retry_record> retries;  ///< By sequence; bounded by what is held.
    std::uint64_t fetched = 0;                      ///< Everything up to it was looked at.
    std::uint64_t durable = 0;                      ///< The low water that the store has.
    bool dirty = true;                              ///< The store has not the newest snapshot.
    std::uint64_t dropped_bytes_max = 64u << 20;    ///< Of dead letters that were dropped.
    std::uint64_t dropped_bytes = 0;                ///< Of those kept since start.
    turnstile output;                               ///< For sinks that take one delivery at a time.
    turnstile saving;  ///< One snapshot at a time is on its way to the store.
    outlet_counters counters;

private:
    void report(const attempt& a);

    std::uint64_t failed_unreported_ = 0;
    bool failing_ = false;
    steady::time_point next_report_{};
};

}  // namespace webhookd
