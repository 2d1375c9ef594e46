#pragma once

#include "correlation/lifecycle.hpp"

#include <array>
#include <cstdint>

namespace webhookd::correlation {

/// The categories there are; `error_category` counts from 0.
inline constexpr std::size_t category_count = 10;

/// What messages add up to in their campaign. One message's share is `share_of`; a campaign is the
/// sum of its messages' shares, so a change of a message is "less the share before, plus the share
/// after", in whatever order things come.
struct campaign_counts {
    std::int64_t messages = 0, sent = 0, delivered = 0, read = 0, failed = 0, replies = 0;
    std::array<std::int64_t, category_count> failed_by_category{};

    campaign_counts& operator+=(const campaign_counts& other);
    campaign_counts& operator-=(const campaign_counts& other);

    bool operator==(const campaign_counts&) const = default;
};

/// @param replies  Replies that were linked to the message as a fact.
campaign_counts share_of(const message_state& message, std::uint64_t replies);

}  // namespace webhookd::correlation
