#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

/// A moment in UTC, in microseconds since the Unix epoch. What is stored and told.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// The moment now, by the system's clock. Core code takes the time as an argument instead.
timestamp now() noexcept;

/// Writes `t` as RFC 3339 in UTC to the end of `out`: `2026-02-16T09:59:10Z`, with six digits of
/// fraction only where `t` is not a whole second. Years outside 0000..9999 are clamped.
void append_rfc3339(std::string& out, timestamp t);

/// Like `append_rfc3339`, always with six digits of fraction.
void append_rfc3339_micros(std::string& out, timestamp t);

std::string to_rfc3339(timestamp t);

/// Reads an RFC 3339 date-time (`T` or space, any fraction, `Z` or an offset).
/// @return nullopt where `text` is anything else.
std::optional<timestamp> parse_rfc3339(std::string_view text);

}  // namespace webhookd
