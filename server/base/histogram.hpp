#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace webhookd {

/// A histogram as Prometheus wants it: `counts[i]` observations up to `bounds[i]`, not cumulated;
/// one count more than bounds, for what is above the last.
struct histogram_snapshot {
    std::vector<double> bounds;
    std::vector<std::uint64_t> counts;
    double sum = 0;
};

/// Adds `more`, which has the same bounds, to `into`; an empty `into` becomes a copy of it.
inline void add(histogram_snapshot& into, const histogram_snapshot& more)
{
    if (into.bounds.empty() && into.counts.empty()) {
        into = more;
        return;
    }
    for (std::size_t i = 0; i < into.counts.size() && i < more.counts.size(); ++i)
        into.counts[i] += more.counts[i];
    into.sum += more.sum;
}

/// Counts values by upper bounds that are fixed and rise. One thread observes, any thread takes
/// snapshots; an observation is a few relaxed loads and stores, with no locked instruction.
/// A snapshot taken meanwhile may lack the newest observation's sum or count, nothing else.
template <std::size_t N>
class histogram {
public:
    explicit histogram(const std::array<double, N>& bounds) noexcept : bounds_{bounds} {}

    /// By the one observing thread. NaN counts as above the last bound and adds nothing to the sum.
    void observe(double value, std::uint64_t times = 1) noexcept
    {
        if (value != value) {
            bump(counts_[N], times);
            return;
        }
        const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value);
        bump(counts_[static_cast<std::size_t>(at - bounds_.begin())], times);
        sum_.store(
            sum_.load(std::memory_order_relaxed) + value * static_cast<double>(times),
            std::memory_order_relaxed
        );
    }

    histogram_snapshot snapshot() const
    {
        histogram_snapshot out{{bounds_.begin(), bounds_.end()}, {}, 0};
        out.counts.reserve(N + 1);
        for (const auto& c : counts_)
            out.counts.push_back(c.load(std::memory_order_relaxed));
        out.sum = sum_.load(std::memory_order_relaxed);
        return out;
    }

private:
    static void bump(std::atomic<std::uint64_t>& count, std::uint64_t times) noexcept
    {
        count.store(count.load(std::memory_order_relaxed) + times, std::memory_order_relaxed);
    }

    const std::array<double, N> bounds_;
    std::array<std::atomic<std::uint64_t>, N + 1> counts_{};
    std::atomic<double> sum_{0};
};

}  // namespace webhookd
