#pragma once

#include "event/event.hpp"

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <sys/uio.h>
#include <vector>

namespace webhookd {

/// The lines of a batch as pieces of memory for `writev`: heads, payloads and tails where they
/// lie. Only a payload that is not shown as it came is made anew.
class line_pieces {
public:
    /// Takes up the lines of `batch`, which must stay as it is while this is used.
    void assign(std::span<const event* const> batch);

    /// Puts a newline in front, before anything was written: it ends a line that was left torn.
    void begin_with_newline();

    /// What is left to write, in order; at most `IOV_MAX` pieces of it, and at most `bytes_max`
    /// bytes where that is not 0.
    std::span<const iovec> next(std::size_t bytes_max = 0);

    /// `count` bytes of what is left were written.
    void advance(std::size_t count);

    bool done() const noexcept { return at_ == pieces_.size(); }

    /// How many lines were written whole.
    std::size_t lines_done() const noexcept;

    /// How many bytes of the line that was begun were written.
    std::size_t torn_bytes() const noexcept { return written_ - line_start(); }

private:
    std::size_t line_start() const noexcept;

    std::vector<iovec> pieces_, limited_;
    std::vector<std::size_t> line_ends_;  ///< In bytes from the start of the batch.
    std::deque<std::string> made_;
    std::size_t at_ = 0;
    std::size_t written_ = 0;
};

}  // namespace webhookd
