#pragma once

#include "event/event.hpp"
#include "sinks/settings.hpp"

#include <string_view>

namespace webhookd {

/// Does `text` fit the glob: `*` any text, `?` one character, anything else itself. Linear in the
/// product of both lengths at worst.
bool glob_matches(std::string_view glob, std::string_view text) noexcept;

/// Does the sink with this filter get `e`? An empty list means all.
bool passes(const sink_filter& filter, const event& e) noexcept;

}  // namespace webhookd
