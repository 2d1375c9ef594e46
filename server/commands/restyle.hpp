#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace webhookd::commands {

/// How a program writes JSON that it has read.
struct json_style {
    enum class spacing : std::uint8_t { none, python, lines };
    enum class escapes : std::uint8_t { as_they_are, utf8, ascii, ascii_and_slash };

    std::string_view name;  ///< For people: `Python's json.dumps`.
    spacing spaces = spacing::none;
    escapes strings = escapes::as_they_are;
    unsigned indent = 0;  ///< With `lines`: blanks a level.
};

/// The styles of the usual programs.
std::span<const json_style> json_styles() noexcept;

/// Writes the JSON text `text` as `style` does, token by token: the order of keys and the spelling
/// of numbers stay. What is not JSON comes out as some text or other.
std::string restyle(std::string_view text, const json_style& style);

}  // namespace webhookd::commands
