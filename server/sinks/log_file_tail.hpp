#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The end of a log file: where it left off, and what a crash left of a line. One thread.
namespace webhookd {

/// What stands behind the last newline of `fd`, and the last of our lines in front of it.
struct file_tail {
    std::uint64_t whole = 0;  ///< Bytes up to and with the last newline.
    std::string torn;         ///< The first bytes of what is behind it.
    std::uint64_t torn_bytes = 0;
    std::optional<std::uint64_t> sequence;  ///< Of the last of our lines within `tail_bytes_max`.
};

/// How far back the last of our lines is looked for: a line of the largest body several times.
constexpr std::uint64_t tail_bytes_max = 64ull << 20;

result<file_tail> read_tail(int fd);

/// Is this the beginning of one of our lines, or what a power cut leaves (NUL bytes)?
bool ours_or_empty(std::string_view torn) noexcept;

/// The newest file that `path` was renamed to, by us or by logrotate (`path.1`, `path-20260216`);
/// empty: none. Compressed ones are passed over.
std::string newest_rotated(const std::string& path);

}  // namespace webhookd
