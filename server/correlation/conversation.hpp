#pragma once

#include "base/time.hpp"
#include "event/correlated.hpp"
#include "event/receipt.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What a (business, customer) pair is to its events: the session window, and the messages that a
/// reply can belong to. Reckoned by the events' own times, never by the clock.
namespace webhookd::correlation {

/// How long an inbound message keeps the window open, and how old an inferred link may be.
inline constexpr std::chrono::hours window_length{24};

/// The latest inbound time of a pair, merged by maximum. @return Did it change?
bool merge_inbound(std::optional<timestamp>& last_inbound, timestamp at);

/// When the window closes; nullopt where it was never opened. Saturates at the end of time.
std::optional<timestamp> window_expires(std::optional<timestamp> last_inbound);

/// Is the window open for an event of this time?
bool window_open(std::optional<timestamp> last_inbound, timestamp at);

/// A message to the customer, as its conversation remembers it.
struct outbound {
    std::uint64_t number = 0;    ///< The store's own number of it.
    timestamp first_at{};        ///< The least time of its statuses.
    std::uint64_t callback = 0;  ///< `callback_hash` of its callback data; 0: it has none.

    bool operator==(const outbound&) const = default;
};

/// 64 bits of a JSON text, never 0; 0 for an empty one. Stable: it is stored.
std::uint64_t callback_hash(std::string_view json) noexcept;

/// The newest message of `sent` that is not younger than `at` and at most 24 hours older; where
/// `callback` is not 0, only those that carry it. @return Its number, or nullopt.
std::optional<std::uint64_t> infer(
    std::span<const outbound> sent, timestamp at, std::uint64_t callback
);

/// What is known when the link of an inbound message is chosen.
struct link_evidence {
    bool has_reply_to = false;             ///< The provider named a message.
    std::optional<std::uint64_t> named;    ///< The message it named, where that is known.
    std::uint64_t callback = 0;            ///< Hash of the echoed callback data; 0: none.
    std::uint64_t carriers = 0;            ///< Messages to this customer that carry it.
    std::optional<std::uint64_t> carrier;  ///< One of them.
};

struct chosen_link {
    webhookd::link link = webhookd::link::none;
    std::uint64_t number = 0;  ///< The message; 0 with `link::none`.
};

/// The best link there is (design §5): what the provider named; else the only message that carries
/// the echoed callback data; else, offered as a guess, the newest message to the customer within
/// 24 hours. What names a message that is not known is no plain message: nothing is guessed for it.
/// Of several messages with the echoed callback data the newest is the guess.
chosen_link choose_link(const link_evidence& known, std::span<const outbound> sent, timestamp at);

/// The names a customer goes by in one event, the one it is kept under first; the rest are empty.
std::array<std::string_view, 3> names_of(const party& customer);

/// The newest BSUID of a customer: by the events' times, then by the greater text.
struct newest_user_id {
    timestamp at{};
    std::string text;

    /// @return Was it taken? An empty one never is.
    bool merge(timestamp time, std::string_view other);
};

}  // namespace webhookd::correlation
