#pragma once

#include "base/time.hpp"
#include "event/message_id.hpp"
#include "event/receipt.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

/// How an event was tied to its message (design §5). The numbers are stored.
enum class link : std::uint8_t { none, message_id, reply_to, callback_data, inferred };

std::string_view name(link l) noexcept;

/// What a status did to its message's lifecycle (design §5).
enum class transition : std::uint8_t { first, advance, late, revise, repeat };

std::string_view name(transition t) noexcept;

/// Was a message told of as delivered or read before anything said that it was sent? Its `sent`
/// may still come: the gap is closed then. A failure needs no `sent`, so it opens none.
enum class sent_gap : std::uint8_t { none, opened, closed };

/// The lifecycle of an outbound message after an event, as the event tells it.
struct lifecycle_view {
    delivery_status status = delivery_status::unknown;  ///< The effective one.
    std::optional<delivery_status> previous;            ///< The effective one before this event.
    webhookd::transition transition = webhookd::transition::first;
    std::optional<timestamp> sent_at, delivered_at, read_at, failed_at;
};

/// What only the store knows of an event: the second half of its line.
struct correlated {
    webhookd::link link = link::none;
    message_id message;                       ///< The linked message; empty with `link::none`.
    std::string context_json;                 ///< What the sender registered; empty: null.
    std::string callback_data_json;           ///< The event's own, else the message's; empty: null.
    std::string campaign;                     ///< The event's own, else the message's; empty: null.
    std::optional<lifecycle_view> lifecycle;  ///< Of delivery statuses; null for others.
    bool window_open = false;
    std::optional<timestamp> window_expires;
    bool duplicate = false;  ///< Told with `store.duplicates: mark`.
};

/// Renders an event's `head` (see `event`): one CloudEvents 1.0 object (design §4).
/// `data.message_id` is the linked message, but null for an inferred link: a guess is told only
/// in `data.correlation`.
/// @source github.com/cloudevents/spec v1.0.2 (JSON format; partitioning and sequence extensions)
std::string render_head(
    const receipt& r, const correlated& c, std::uint64_t sequence, timestamp recorded
);

}  // namespace webhookd
