#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The small notations of the config, both ways.
namespace webhookd::config {

/// Reads `250ms`, `10s`, `5m`, `24h`, `7d`: one whole number and one unit. What is too large to
/// hold is the largest there is. @return nullopt for anything else.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// In the largest unit that divides it: `90s`, `5m`, `7d`.
std::string print_duration(std::chrono::milliseconds d);

/// Reads `64KiB`, `1MiB`, `10GiB`, `2TiB`, the decimal `KB MB GB TB`, and plain bytes. What is too
/// large to hold is the largest there is. @return nullopt for anything else.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// In the largest binary unit that divides it, or plain bytes.
std::string print_size(std::uint64_t bytes);

/// Reads a whole decimal number without a sign, saturating as the others do.
std::optional<std::uint64_t> parse_count(std::string_view text);

/// Reads `true`, `false` and what YAML 1.1 also took for them: `on off yes no`.
std::optional<bool> parse_bool(std::string_view text);

/// Whether `text` is 1 to 64 letters, digits, `.`, `_` or `-`: names of sinks, secrets, namespaces.
bool is_word(std::string_view text);

}  // namespace webhookd::config
