#pragma once

#include "store/sqlite/database.hpp"
#include "store/sqlite/names.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace webhookd::sqlite {

/// Sinks' cursors and dead letters, as the writer changes them.
class sink_table {
public:
    sink_table(database& in, names& n);

    void save(std::span<const sink_cursor> cursors);
    /// @return False: no sink of that name has a cursor.
    bool forget(std::string_view name);
    void add(const dead_letter& letter);
    std::uint64_t drop(const dead_letter_filter& which);

private:
    database& database_;
    names& names_;
    statement save_, forget_, add_, drop_;
};

/// Reads the cursor that `from` stands on: name, low_water, done_above, state.
sink_cursor read_cursor(statement& from);

/// The columns that `read_dead_letter` wants, in its order, the event's behind them.
inline constexpr std::string_view dead_letter_columns =
    "number, sink, reason, detail, attempts, first_attempt, last_attempt, sequence";

/// Binds a filter to `dead_letter_condition`'s parameters ?1 to ?3.
void bind_filter(statement& to, const dead_letter_filter& which);
inline constexpr std::string_view dead_letter_condition =
    "(?1 IS NULL OR number = ?1) AND (?2 IS NULL OR sink = ?2) AND (?3 IS NULL OR reason = ?3)";

dead_letter read_dead_letter(statement& from, names& n);

}  // namespace webhookd::sqlite
