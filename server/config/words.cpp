#include "config/words.hpp"

#include <algorithm>

namespace webhookd::config {

std::string ticked(std::string_view text)
{
    constexpr std::size_t most = 80;
    return "`" + std::string{text.substr(0, most)} + (text.size() > most ? "…`" : "`");
}

std::string nearest(std::string_view word, const std::vector<std::string>& known)
{
    const auto distance = [word](std::string_view other) {
        std::vector<std::size_t> row(other.size() + 1);
        for (std::size_t j = 0; j < row.size(); ++j)
            row[j] = j;
        for (std::size_t i = 1; i <= word.size(); ++i) {
            std::size_t corner = row[0]++;
            for (std::size_t j = 1; j < row.size(); ++j) {
                const std::size_t changed = corner + (word[i - 1] != other[j - 1]);
                corner = row[j];
                row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
            }
        }
        return row.back();
    };
    std::string best;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    if (word.size() > 64)
        return best;
    for (const std::string& other : known) {
        if (const std::size_t d = distance(other); d < least && d < other.size()) {
            least = d;
            best = other;
        }
    }
    return best;
}

std::string listed(const std::vector<std::string_view>& words)
{
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            out += i + 1 == words.size() ? " or " : ", ";
        out += words[i];
    }
    return out;
}

}  // namespace webhookd::config
