#pragma once

#include <string>
#include <string_view>
#include <vector>

/// How problems speak.
namespace webhookd::config {

/// `text` between backticks, cut where it is long.
std::string ticked(std::string_view text);

/// `a, b or c`
std::string listed(const std::vector<std::string_view>& words);

/// The word of `known` nearest to `word`, where one is near enough to be meant; else empty.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace webhookd::config
