#pragma once

#include "base/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

/// When to try again: pure functions.
namespace webhookd {

struct backoff_settings {
    std::chrono::milliseconds initial;
    std::chrono::milliseconds max;
};

/// Exponential backoff with full jitter: a random share of min(max, initial * 2^(failures - 1)).
/// @param failures  In a row, from 1.
/// @param random    Uniform in [0, 1).
/// @source https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter
std::chrono::milliseconds backoff(
    const backoff_settings& settings, std::uint32_t failures, double random
) noexcept;

/// Reads a `Retry-After` header: seconds, or an HTTP date (RFC 9110 §10.2.3; all three forms of
/// §5.6.7). A moment that has passed is 0. The answer is at most `retry_after_max`.
/// @return nullopt for anything else.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, timestamp at);

/// However long a destination asks for, it is tried again after this.
constexpr std::chrono::hours retry_after_max{24};

/// Reads an HTTP date (RFC 9110 §5.6.7): IMF-fixdate, RFC 850 or asctime form.
std::optional<timestamp> parse_http_date(std::string_view text, timestamp at);

}  // namespace webhookd
