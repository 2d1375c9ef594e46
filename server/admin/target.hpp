#pragma once

#include "admin/request.hpp"

#include <string_view>

namespace webhookd {

/// Fills in `path` and `query` of `out` from a request target in origin form. `+` stands for
/// itself in both, so that a phone number may be written as it is.
/// @throws refused_request  400: not a path, bad percent-encoding, text that is not UTF-8 or holds
///         control characters, a parameter given twice, too many of them.
void read_target(std::string_view target, admin_request& out);

/// Reads a decimal number. @throws refused_request  400 that names the parameter.
std::uint64_t read_number(
    std::string_view name, std::string_view text, std::uint64_t least, std::uint64_t most
);

}  // namespace webhookd
