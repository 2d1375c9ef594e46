#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace webhookd::commands {

/// Counts durations with an error below 2 %, however many there are.
class latency_counts {
public:
    void add(std::chrono::nanoseconds t);

    std::uint64_t count() const noexcept { return count_; }

    std::chrono::nanoseconds max() const noexcept { return max_; }

    /// The duration that a share `q` of all does not exceed; 0 where there are none.
    std::chrono::nanoseconds quantile(double q) const;

private:
    static constexpr int fine_bits = 6;  // 64 steps from a power of two to the next
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::chrono::nanoseconds max_{0};
};

}  // namespace webhookd::commands
