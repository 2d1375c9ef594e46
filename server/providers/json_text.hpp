#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// JSON's scalars as text: what RFC 8259 lets stand in a string, a number, a literal.
namespace webhookd::json {

/// What the escapes of a string amount to.
enum class escapes : std::uint8_t {
    good,
    lone_surrogate,  ///< In the grammar, but half a character: strict readers refuse the text.
    bad,
};

/// Checks the escapes of a string's inside (without its quotes).
escapes check_escapes(std::string_view inside) noexcept;

/// Appends the inside of a string whose escapes are good, unescaped. Never longer than `inside`.
/// A lone surrogate becomes U+FFFD.
void append_unescaped(std::string& out, std::string_view inside);

/// Writes `\ufffd` over each lone surrogate's escape in a whole JSON text, in place.
/// @param text  Every escape in it is good or a lone surrogate.
void replace_lone_surrogates(std::string& text) noexcept;

/// Is `text` a number by JSON's grammar, of whatever size?
bool is_number(std::string_view text) noexcept;

}  // namespace webhookd::json
