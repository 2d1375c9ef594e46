#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

/// What a sink has done: everything up to `low_water`, and stretches above it. One thread.
class progress {
public:
    explicit progress(std::uint64_t low_water = 0) : low_water_{low_water} {}

    std::uint64_t low_water() const noexcept { return low_water_; }

    /// How many are done above `low_water`.
    std::uint64_t done_above() const noexcept { return above_count_; }

    /// Marks `first` to `last`, both included.
    void done(std::uint64_t first, std::uint64_t last);

    void done(std::uint64_t sequence) { done(sequence, sequence); }

    bool is_done(std::uint64_t sequence) const noexcept { return next_open(sequence) != sequence; }

    /// The first at or after `sequence` that is not done.
    std::uint64_t next_open(std::uint64_t sequence) const noexcept;

    /// What is done above `low_water`, in at most `bytes_max` bytes; what does not fit is left out
    /// and only costs a repeat.
    ///
    ///     version:u8 = 1, then pairs of LEB128: open events, done events, open, done, …
    std::string encode(std::size_t bytes_max) const;

    /// @return nullopt where `bytes` is not what `encode` writes.
    static std::optional<progress> decode(std::uint64_t low_water, std::string_view bytes);

private:
    void absorb();

    std::uint64_t low_water_;
    std::uint64_t above_count_ = 0;
    std::map<std::uint64_t, std::uint64_t> above_;  ///< First to last; apart, not touching.
};

}  // namespace webhookd
