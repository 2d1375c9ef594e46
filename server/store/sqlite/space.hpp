#pragma once

#include "store/sqlite/database.hpp"

#include <cstdint>

namespace webhookd::sqlite {

/// How much the file and its write-ahead log take.
class space {
public:
    explicit space(database& in);
    ~space();
    space(const space&) = delete;
    space& operator=(const space&) = delete;

    /// Bytes in use: pages of the file, less free ones, and what the log holds.
    std::uint64_t used();

    /// Pages in the log since it was started over.
    std::uint64_t log_pages() const noexcept { return log_pages_; }

    std::uint64_t page_size() const noexcept { return page_size_; }

    /// Copies what the log holds into the file, as far as no reader is in the way. The next commit
    /// then starts the log over.
    void checkpoint();

private:
    database& database_;
    statement page_count_, free_count_;
    std::uint64_t page_size_;
    std::uint64_t log_pages_ = 0;
};

}  // namespace webhookd::sqlite
