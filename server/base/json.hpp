#pragma once

#include <string>
#include <string_view>

/// Writing JSON text: the few functions everything that prints JSON shares.
namespace webhookd::json {

/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD, so
/// the output is always valid JSON (RFC 8259).
void append_string(std::string& out, std::string_view text);

/// `append_string` into a fresh string.
std::string quoted(std::string_view text);

/// Appends the RFC 9457 problem document of an HTTP error: `type`, `title`, `status`, `reason`.
/// @param reason  A name of `errc`, or another lower_snake_case word.
/// @param detail  One sentence for people; left out where empty.
std::string problem(
    int status, std::string_view title, std::string_view reason, std::string_view detail = {}
);

}  // namespace webhookd::json
