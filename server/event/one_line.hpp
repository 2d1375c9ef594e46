#pragma once

#include <string>
#include <string_view>

namespace webhookd {

/// Does `json`, a valid JSON text, stand on more than one line? A newline can only be outside of
/// its strings: inside, RFC 8259 has it escaped.
bool has_newline(std::string_view json) noexcept;

/// Appends the valid JSON text `json` without the white space outside of its strings.
void append_minified(std::string& out, std::string_view json);

/// Appends the valid JSON text `json` as it is, but minified where it holds a newline; `null`
/// where it is empty.
void append_one_line(std::string& out, std::string_view json);

}  // namespace webhookd
