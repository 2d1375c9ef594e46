#pragma once

#include "base/encoding.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::sqlite {

/// An event as a message's row remembers it.
struct listed_event {
    bits128 id{};
    std::uint64_t sequence = 0;
    timestamp time{};
    std::int64_t type = 0;  ///< Its number in `names`.
};

/// The events of a message, or its replies, as they are stored: how many, and of each its id (16
/// bytes), sequence, time and type. Kept encoded, for mostly they are searched and appended to.
class event_list {
public:
    event_list() = default;
    explicit event_list(std::string_view stored);

    bool contains(const bits128& id) const noexcept;
    void append(const listed_event& e);
    void drop_oldest();

    std::size_t size() const noexcept { return size_; }

    /// As it is stored; empty where there are none.
    void encode(std::string& out) const;

    std::vector<listed_event> entries() const;

private:
    std::string bytes_;
    std::size_t size_ = 0;
};

}  // namespace webhookd::sqlite
