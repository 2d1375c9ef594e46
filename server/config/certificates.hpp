#pragma once

#include "config/reader.hpp"

namespace webhookd::config {

/// Reads `certificate:` and `private_key:` of `s` as paths, and tells what is wrong with the files:
/// no PEM, an encrypted key, a certificate that does not fit its key. Both or none must be there.
/// @return whether both paths are there.
bool read_certificate(section& s, std::string& certificate, std::string& private_key);

/// Reads `key` as the path of a PEM file with certificates of authorities, or `absent`, a word
/// that stands for none (`off`, `system`).
void read_authorities(
    section& s, std::string_view key, std::string_view absent, std::optional<std::string>& out
);

}  // namespace webhookd::config
