#pragma once

#include "admin/request.hpp"
#include "admin/waiting.hpp"
#include "event/event.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

namespace webhookd {

/// Which events a live stream shows; empty: all. Globs.
struct live_filter {
    std::string type, customer, campaign;

    bool fits(const event& e) const;
};

/// One client of `GET /v1/events/stream`. It first reads from the store what it has missed, then
/// gets what is committed from memory; the two never overlap and never leave a gap. What waits for
/// a slow client is bounded: over it, the client is cut off and may come back with Last-Event-ID.
/// Admin thread only.
class live_client {
public:
    /// @param cut_off  Called when too much is waiting: ends the connection, and with it the write
    ///        under way.
    /// @throws refused_request  for a position or filter that cannot be.
    live_client(
        const admin_request& request,
        store_reader& reader,
        executor ex,
        std::function<void()> cut_off
    );

    /// The next piece of the stream to write, or empty after a while with nothing to say.
    /// @error  store errors; cancelled: the client is too slow, or `stop` was called.
    task<result<std::string>> next();

    /// Events just committed.
    void take(const shared_batch& batch);

    void stop();

private:
    result<std::string> read_on();
    std::string drain();
    void append(std::string& out, const event& e);

    static constexpr std::size_t waiting_bytes_max = 4u << 20;

    store_reader& reader_;
    live_filter filter_;
    std::uint64_t at_ = 0;  ///< The last sequence that was looked at.
    bool live_ = false;     ///< Caught up with the store.
    bool stopped_ = false;
    std::deque<shared_batch> waiting_;
    std::size_t waiting_bytes_ = 0;
    admin_timer wake_;
    std::function<void()> cut_off_;
};

}  // namespace webhookd
