#pragma once

#include "store/sqlite/database.hpp"
#include "store/sqlite/recent_cache.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace webhookd::sqlite {

/// The numbers of texts that repeat in every row: namespaces, paths, types. There are a few dozen,
/// all constants of the config or the code.
class names {
public:
    explicit names(database& in);

    /// The number of `text`, given now if it has none yet (within the caller's transaction).
    std::int64_t number_of(std::string_view text);

    /// The number of `text`; 0 where it has none.
    std::int64_t find(std::string_view text);

    /// The text of a number; empty for one that was never given.
    const std::string& text_of(std::int64_t number);

    /// Forgets what it has read: after a rollback.
    void forget();

private:
    statement by_text_, by_number_, insert_;
    database& database_;
    std::unordered_map<std::string, std::int64_t, text_hash, std::equal_to<>> numbers_;
    std::unordered_map<std::int64_t, std::string> texts_;
};

}  // namespace webhookd::sqlite
