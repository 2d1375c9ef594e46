#pragma once

#include "base/error.hpp"
#include "event/event.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>

namespace webhookd {

/// Bounds of what is kept in memory for the sinks that are caught up; above them the oldest go,
/// and whoever still wanted them reads the store.
struct feed_settings {
    std::size_t events_max = 20'000;
    std::size_t bytes_max = 64u << 20;
    std::size_t chunk_events_max = 512;      ///< Of one read of the store.
    std::size_t chunk_bytes_max = 1u << 20;  ///< Likewise.
};

/// Some events in order, and what keeps them alive.
struct stretch {
    shared_batch owner;  ///< Null: nothing there.
    std::span<const event> events;
    bool shared = false;  ///< True: other sinks are handed the same memory.
};

/// About how much memory an event takes.
std::size_t memory_of(const event& e) noexcept;

/// Where sinks take their events from: those just committed from memory, older ones from the
/// store. One thread.
class feed {
public:
    feed(std::unique_ptr<store_reader> reader, std::uint64_t newest, feed_settings settings);

    /// Events just committed.
    void add(shared_batch batch);
    /// There are events up to `sequence` that were not handed over: they are read from the store.
    void skipped_to(std::uint64_t sequence);

    /// The newest sequence there is.
    std::uint64_t newest() const noexcept { return newest_; }

    /// The oldest sequence that is in memory; one above the newest where nothing is.
    std::uint64_t oldest_in_memory() const noexcept
    {
        return recent_.empty() ? newest_ + 1 : recent_.front()->events.front().sequence;
    }

    /// Events above `after`, at most `events_max`; nothing where `after` is the newest. There may
    /// be gaps in front: sequences that the store holds no longer.
    result<stretch> read(std::uint64_t after, std::size_t events_max);

    /// Nobody wants what is at or below `sequence` from memory.
    void forget(std::uint64_t sequence);

    store_reader& reader() noexcept { return *reader_; }

private:
    void drop_front();

    std::unique_ptr<store_reader> reader_;
    const feed_settings settings_;
    std::uint64_t newest_;
    std::deque<shared_batch> recent_;  ///< In order, without gaps, up to `newest_`.
    std::size_t events_ = 0, bytes_ = 0;
};

}  // namespace webhookd
