#pragma once

#include "base/time.hpp"
#include "event/correlated.hpp"
#include "event/receipt.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What became of one outbound message, as a function of the set of its statuses.
///
/// Invariants, held by a test over all permutations:
///  - `merge` is commutative and idempotent: any order of the same receipts, any of them repeated,
///    ends in the same state, byte for byte;
///  - the effective status is the highest one seen: read, else delivered, else delivery_failed,
///    else sent. All else is a minimum: of times, and of (time, text) for what is carried along.
namespace webhookd::correlation {

/// A text and the provider's time of the event it came with. The earliest one is kept, and of
/// several in the same second the lexicographically least; so it does not matter which is met
/// first.
struct earliest_text {
    timestamp at{};
    std::string text;  ///< Empty: none met yet.

    /// @return Was it taken?
    bool merge(timestamp time, std::string_view other);

    bool operator==(const earliest_text&) const = default;
};

/// The state of one message. What the sender registered is not part of it: that is no event.
struct message_state {
    /// The least provider time of each status, by its number; `unknown` has one too.
    std::array<std::optional<timestamp>, 5> first_at;
    earliest_text business;       ///< The business' id.
    earliest_text customer;       ///< `{"id":…,"name":…,"user_id":…,"phone_number":…}`
    earliest_text callback_data;  ///< JSON, verbatim.
    earliest_text campaign;
    earliest_text error;  ///< JSON: the `data.error` of a failed status.
    error_category category = error_category::unknown;  ///< That of `error`.

    const std::optional<timestamp>& at(delivery_status s) const
    {
        return first_at[static_cast<std::size_t>(s)];
    }

    /// Has any status been seen, an unknown one included?
    bool seen() const noexcept;

    /// The highest status seen; `unknown` where there is none.
    delivery_status effective() const noexcept;

    /// The least time of all statuses; nullopt where there is none.
    std::optional<timestamp> earliest() const noexcept;

    bool operator==(const message_state&) const = default;
};

/// What `merge` did.
struct merged {
    bool changed = false;                     ///< The state is another one than before.
    std::optional<delivery_status> previous;  ///< The effective status before; none: it was new.
    webhookd::transition transition = webhookd::transition::first;
    sent_gap gap = sent_gap::none;
};

/// Takes a delivery status into the state of its message.
merged merge(message_state& state, const receipt& status);

/// The lifecycle as the event tells it.
lifecycle_view view(const message_state& state, const merged& change);

/// `{"id":…,"name":…,"user_id":…,"phone_number":…}`, absent parts null.
std::string party_json(const party& p);

/// The parts of what `party_json` wrote, as views into it; the unescaped texts stay empty.
party party_of(std::string_view json);

}  // namespace webhookd::correlation
