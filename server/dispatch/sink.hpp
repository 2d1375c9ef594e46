#pragma once

#include "base/error.hpp"
#include "dispatch/async.hpp"
#include "dispatch/retry.hpp"
#include "event/event.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The seam to a destination. The dispatcher owns cursors, order, retry, the breaker and dead
/// letters; a sink only knows how to try once. To add one: a pair of files in sinks/, its settings
/// in sinks/settings.hpp, and a line in the table of sinks/make_sink.cpp.
namespace webhookd {

/// How a sink wants to be served.
struct delivery_policy {
    /// True: one event at a time, in order within a partition key, `concurrency` keys at once.
    /// False: batches, everything in order.
    bool keyed = false;
    std::uint32_t concurrency = 1;
    std::size_t batch_events_max = 1'024;
    std::size_t batch_bytes_max = 4u << 20;
    std::chrono::milliseconds retry_initial{100};
    std::chrono::milliseconds retry_max{10'000};
    /// Since an event's first attempt; then it becomes a dead letter. None: tried for ever.
    std::optional<std::chrono::milliseconds> give_up_after;
    /// Failures in a row until the sink pauses. None: it never does.
    std::optional<std::uint32_t> breaker_failures;
    std::chrono::milliseconds breaker_probe{30'000};
    /// True: its output is read at start to find where it ended, so the output must never end
    /// with an event whose cursor is not saved yet behind an older one (see replay).
    bool resumes_from_output = false;
};

/// What became of one try.
struct attempt {
    enum class outcome : std::uint8_t {
        done,   ///< The destination has taken every event.
        again,  ///< Transient: try later.
        never   ///< Permanent: the first event not taken becomes a dead letter.
    };

    outcome what = outcome::done;
    std::size_t taken = 0;  ///< Unless `done`: events from the front that were taken all the same.
    std::string reason;     ///< With `never`: the dead letter's, `gone`, `rejected`, …
    std::string detail;     ///< Unless `done`: one sentence for people, without a secret.
    std::optional<std::chrono::milliseconds> retry_after;  ///< As the destination asked.

    static attempt again(std::string why, std::size_t taken = 0)
    {
        attempt a;
        a.what = outcome::again;
        a.taken = taken;
        a.detail = std::move(why);
        return a;
    }

    static attempt never(std::string reason, std::string why, std::size_t taken = 0)
    {
        attempt a = again(std::move(why), taken);
        a.what = outcome::never;
        a.reason = std::move(reason);
        return a;
    }
};

/// A destination. Made on the main thread (a constructor that throws std::runtime_error is told at
/// start), used and destroyed on the dispatch thread. At-least-once: after a crash the same event
/// may come again.
class sink {
public:
    virtual ~sink() = default;

    virtual const delivery_policy& policy() const noexcept = 0;

    /// Tries once. `batch` is in order, never empty, and outlives the call. Called one at a time,
    /// or up to `concurrency` times at once where the policy is keyed.
    virtual task<attempt> deliver(std::span<const event* const> batch) = 0;

    /// The last sequence that the output holds, where it can tell; asked once, before the first
    /// delivery.
    virtual std::optional<std::uint64_t> last_delivered() { return std::nullopt; }

    /// Makes durable what was delivered, before a cursor that claims it is saved.
    virtual task<result<void>> sync() { co_return result<void>{}; }

    /// SIGUSR1.
    virtual void reopen() {}

    /// Makes deliveries in hand end soon, with `again`; later ones at once.
    virtual void cancel() {}
};

/// What a sink is made with; outlives it.
struct sink_context {
    asio::io_context& io;         ///< The dispatch thread's.
    asio::thread_pool& blocking;  ///< For calls that may block for long, as fdatasync.
};

}  // namespace webhookd
