#pragma once

#include "dispatch/async.hpp"
#include "dispatch/outlet.hpp"
#include "event/event.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace webhookd {

/// An event that a lane holds; its memory may be a whole batch's, or its own.
struct held_event {
    std::shared_ptr<const event> what;
    bool own = false;  ///< True: a copy that keeps no batch alive.
};

/// The events of one partition key, in order. At most one is under way.
struct lane {
    std::deque<held_event> waiting;  ///< Never empty, but while its last one is being finished.
    bool active = false;             ///< An attempt at the front is under way.
    bool backing_off = false;        ///< It stands among the later ones.
    retry_record tried;              ///< Of the front.
    std::uint32_t failures = 0;      ///< In a row, of the front.
    std::multimap<steady::time_point, lane*>::iterator due;
    std::string_view key;
};

/// The lanes of one sink: which of them may go on, and when the others may. No I/O; one thread.
class lane_set {
public:
    /// Queues an event behind the others of its key.
    void push(held_event e);

    /// The next lane that may go on, now active; null: none. Moves those that are due first.
    /// @param fresh  Where true, the one with the fewest attempts, so that a probe is not spent on
    ///               an event that keeps failing.
    lane* next(steady::time_point at, bool fresh);

    /// Is there one that may go on and was never tried?
    bool untried(steady::time_point at);

    /// The front of an active lane is done: it leaves, and the lane may go on.
    void finished(lane& l);
    /// The front of an active lane failed: the lane waits until `due`.
    void failed(lane& l, steady::time_point due);

    /// Takes up to `count` of the oldest events that no attempt is under way for.
    std::vector<held_event> take_oldest(std::size_t count, std::vector<retry_record>& tried);

    /// Puts back what `take_oldest` took, in front of the others of their keys.
    void put_back(std::vector<held_event> taken);

    /// Some lane is ready or will be.
    bool waiting() const noexcept { return !ready_.empty() || !later_.empty(); }

    /// How many may go on at once.
    std::size_t ready() const noexcept { return ready_.size(); }

    /// When the first of those that wait may go on.
    steady::time_point first_due() const noexcept
    {
        return later_.empty() ? steady::time_point::max() : later_.begin()->first;
    }

    std::size_t events() const noexcept { return events_.size(); }

    std::size_t bytes() const noexcept { return bytes_; }

    /// The oldest event held, or null.
    const event* oldest() const noexcept
    {
        return events_.empty() ? nullptr : events_.begin()->second;
    }

private:
    lane& lane_of(const held_event& e);
    void move_due(steady::time_point at);
    void drop(const held_event& e);
    void forget(lane& l);

    std::unordered_map<std::string, std::unique_ptr<lane>> lanes_;
    std::deque<lane*> ready_;
    std::multimap<steady::time_point, lane*> later_;
    std::map<std::uint64_t, const event*> events_;  ///< All that are held, by sequence.
    std::size_t bytes_ = 0;
};

}  // namespace webhookd
