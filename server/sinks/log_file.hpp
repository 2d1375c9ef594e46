#pragma once

#include "base/error.hpp"
#include "event/event.hpp"
#include "sinks/line_writer.hpp"
#include "sinks/owned_fd.hpp"
#include "sinks/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace webhookd {

/// An NDJSON file that is appended to, rotated, and found again after logrotate. Plain blocking
/// calls, one thread.
///
/// It never holds a torn line for longer than a crash: what was left of one is cut off when the
/// file is opened, and a write that fails half way is cut back to the last whole line.
///
/// Rotation: the file is renamed to `<path>.<UTC time>` (`events.ndjson.20260216T095910.482113Z`)
/// and begun anew, before the batch that would take it over `rotate_size`, or with the first batch
/// of a new interval (counted from the epoch, so that 24h is midnight UTC); of the renamed ones
/// the newest `rotate_keep` stay.
class log_file {
public:
    /// Opens the file, or makes it.
    /// @throws std::runtime_error  It cannot be written, and what to do about it.
    explicit log_file(file_sink_settings settings);

    /// The last sequence in the file, or in the newest rotated one where it is empty.
    std::optional<std::uint64_t> last_sequence();

    struct outcome {
        std::size_t lines = 0;  ///< Written whole.
        error_code failure;     ///< Why not all of them.
    };

    /// Appends the lines of `batch`. What was written of a line that did not fit is taken back.
    outcome append(std::span<const event* const> batch, std::chrono::system_clock::time_point at);

    /// Opens the path anew at once; where that fails, with the next batch.
    void reopen()
    {
        reopen_ = true;
        (void)open();
    }

    /// What has to be synced so that everything appended is durable; duplicates of descriptors.
    std::vector<owned_fd> to_sync();
    /// The sync of what `to_sync` gave failed: all of it is due again.
    void sync_failed(std::vector<owned_fd> files);

private:
    error_code open();
    error_code prepare(std::uint64_t batch_bytes, std::chrono::system_clock::time_point at);
    error_code rotate(std::chrono::system_clock::time_point at);
    error_code repair();
    void retire();
    void remove_old() noexcept;
    std::int64_t interval_of(std::chrono::system_clock::time_point at) const noexcept;

    const file_sink_settings settings_;
    std::string directory_, file_name_;
    owned_fd fd_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    std::uint64_t size_ = 0;
    std::int64_t interval_ = 0;  ///< That of its last line.
    bool reopen_ = false, dirty_ = false, directory_dirty_ = false;
    std::vector<owned_fd> retired_;  ///< Renamed or replaced, not yet synced.
    line_pieces pieces_;
};

/// The `sequence` of one of our lines, without its newline.
/// @return nullopt where it is not one: cut, of another program, or without a sequence.
std::optional<std::uint64_t> line_sequence(std::string_view line);

}  // namespace webhookd
