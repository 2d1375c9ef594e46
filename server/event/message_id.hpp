#pragma once

#include "base/encoding.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

/// A message's id by its value: a ULID in Crockford Base32 (any case) and the UUID spelling of
/// the same 128 bits are one id (design §5; provider-facts §2.5). Any other text is opaque and
/// equal only to itself.
class message_id {
public:
    message_id() = default;

    /// Never fails: what is neither ULID nor UUID becomes opaque text.
    explicit message_id(std::string_view text);

    bool empty() const noexcept { return key_.empty(); }

    /// What is compared and stored: 16 bytes big-endian for a 128-bit id, so that ids sort by
    /// time; else 16 bytes of 0xff and the text.
    std::string_view key() const noexcept { return key_; }

    /// The id again from `key()`'s bytes.
    static message_id from_key(std::string_view key);

    /// The 128-bit value, or nullopt where the id is opaque.
    std::optional<bits128> value() const;

    /// Milliseconds since the epoch in the first 48 bits, or nullopt where the id is opaque.
    std::optional<std::uint64_t> milliseconds() const;

    /// How the id is told: the 26 characters of the ULID, or the opaque text.
    std::string text() const;

    auto operator<=>(const message_id&) const = default;

private:
    std::string key_;
};

}  // namespace webhookd
