#pragma once

#include <cstddef>
#include <string_view>

namespace webhookd::json {

/// Is `text` one JSON value (RFC 8259) in UTF-8, of any kind, nested no deeper than `depth_max`?
/// Numbers may have any size: nothing is converted.
bool is_valid(std::string_view text, std::size_t depth_max = 256) noexcept;

/// Is `text` well-formed UTF-8?
bool is_utf8(std::string_view text) noexcept;

}  // namespace webhookd::json
