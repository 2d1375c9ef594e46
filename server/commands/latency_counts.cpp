#include "commands/latency_counts.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace webhookd::commands {

void latency_counts::add(std::chrono::nanoseconds t)
{
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(t.count(), 1));
    const int power = std::max(static_cast<int>(std::bit_width(ns)) - 1 - fine_bits, 0);
    const auto at = (static_cast<std::size_t>(power) << fine_bits) + (ns >> power);
    if (counts_.size() <= at)
        counts_.resize(at + 1);
    ++counts_[at];
    ++count_;
    max_ = std::max(max_, t);
}

std::chrono::nanoseconds latency_counts::quantile(double q) const
{
    const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t at = 0; at < counts_.size(); ++at) {
        seen += counts_[at];
        if (seen < wanted || seen == 0)
            continue;
        // Undo `add`: values from 64 << power up share an index with their low bits cut off.
        const std::size_t steps = std::size_t{1} << fine_bits;
        const std::size_t power = at < 2 * steps ? 0 : (at >> fine_bits) - 1;
        const auto low = static_cast<std::int64_t>((at - (power << fine_bits)) << power);
        return std::min(std::chrono::nanoseconds{low + (std::int64_t{1} << power) - 1}, max_);
    }
    return std::chrono::nanoseconds{0};
}

}  // namespace webhookd::commands
