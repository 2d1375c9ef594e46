#pragma once

#include "base/secret.hpp"
#include "config/reader.hpp"

namespace webhookd::config {

/// Reads the secret that `s` describes by exactly one of `file:`, `env:` and `credential:`. One
/// newline at its end is trimmed; an empty one is a problem.
/// @return nullopt where a problem has been told.
std::optional<secret_value> read_secret(section& s);

/// Reads the list `secrets:` of `s`: each with a `name` of its own and perhaps a `not_after`.
std::vector<named_secret> read_named_secrets(section& s);

/// Reads `token:` and the like: a map as for `read_secret`, or the word `off`.
void read_optional_secret(section& s, std::string_view key, std::optional<secret_value>& out);

/// Tells a secret of a sink that is no `whsec_` with Base64 behind it (Standard Webhooks).
void check_standard_webhooks(section& s, const named_secret& secret);

}  // namespace webhookd::config
