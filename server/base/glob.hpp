#pragma once

#include <cstddef>
#include <string_view>

namespace webhookd {

/// Does `text` fit `pattern`? `*` stands for any text, also none, `?` for one byte; everything
/// else for itself. Takes at most the product of both lengths.
constexpr bool glob_matches(std::string_view pattern, std::string_view text) noexcept
{
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_text = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_text = t;
        }
        else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        }
        else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++star_text;
        }
        else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

}  // namespace webhookd
