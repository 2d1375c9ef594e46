#pragma once

#include "commit/committer.hpp"
#include "dispatch/feed.hpp"
#include "dispatch/outlet.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace webhookd {

/// What the deliveries of all sinks share; outlives them.
struct delivery_context {
    executor ex;
    feed& source;
    committer& commits;
    std::function<double()> random;  ///< Uniform in [0, 1).
};

/// How much a keyed delivery holds of events that are not done: above it, it takes no more.
struct window_settings {
    std::size_t events_max = 10'000;
    std::size_t bytes_max = 64u << 20;
};

/// After a failure of the store itself.
inline constexpr std::chrono::seconds store_retry{1};
/// How many events `relieve` gives up at a time.
inline constexpr std::size_t relieve_events_max = 1'000;

/// Brings the events of the feed to one sink, with retry, breaker and dead letters. One thread.
class delivery {
public:
    virtual ~delivery() = default;

    /// Delivers until told to end; then everything it started has ended too.
    virtual task<> run() = 0;

    /// There are new events.
    virtual void wake() = 0;
    /// End once nothing more can be done at once: what waits for a retry is left undone.
    virtual void finish() = 0;
    /// End as soon as what is under way has returned.
    virtual void abort() = 0;
    /// The store is full and this sink is what fills it: give up what is oldest.
    virtual void relieve() = 0;
};

/// Batches, everything in order: where the policy is not keyed.
std::unique_ptr<delivery> make_stream_delivery(outlet& out, delivery_context& shared);

/// One event at a time, in order within a partition key; a key that is tried again blocks only
/// itself.
std::unique_ptr<delivery> make_lane_delivery(
    outlet& out, delivery_context& shared, window_settings window
);

}  // namespace webhookd
