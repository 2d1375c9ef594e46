#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace webhookd {

/// 128 bits: an event id, the value of a message id. Big-endian, as they are written.
using bits128 = std::array<std::uint8_t, 16>;
/// A SHA-256 digest or an HMAC-SHA256 code.
using bits256 = std::array<std::uint8_t, 32>;

inline std::span<const std::uint8_t> as_bytes(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Reads strict Base64 (RFC 4648 §4: `+` and `/`, padded, no white space, spare bits zero) of
/// exactly 32 bytes. @return nullopt for anything else.
std::optional<bits256> decode_base64_256(std::string_view text);

/// Reads strict Base64 of any length. @return nullopt for anything else.
std::optional<std::string> decode_base64(std::string_view text);

/// Appends Base64 (RFC 4648 §4, padded) of `bytes`.
void append_base64(std::string& out, std::span<const std::uint8_t> bytes);

/// Appends lower-case hex of `bytes`.
void append_hex(std::string& out, std::span<const std::uint8_t> bytes);

/// Appends the 26 characters of Crockford Base32 of `value`, as a ULID is written: the first
/// character carries the top 3 bits.
/// @source github.com/ulid/spec
void append_crockford(std::string& out, const bits128& value);

/// Reads 26 characters of Crockford Base32, any case, without I, L, O, U; the first character at
/// most `7` (128 bits). @return nullopt for anything else.
std::optional<bits128> decode_crockford(std::string_view text);

/// Reads a UUID's 36 characters (8-4-4-4-12 hex, any case), whatever its version and variant.
/// Braces and `urn:uuid:` are not accepted. @return nullopt for anything else.
std::optional<bits128> decode_uuid(std::string_view text);

/// Appends the 36 characters of the UUID spelling of `value`, lower case.
void append_uuid(std::string& out, const bits128& value);

/// SHA-256 of the parts, one after another.
bits256 sha256(std::span<const std::string_view> parts);
bits256 sha256(std::string_view bytes);

/// Compares in a time that depends on the lengths alone.
bool equal_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace webhookd
