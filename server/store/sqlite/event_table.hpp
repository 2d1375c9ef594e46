#pragma once

#include "event/event.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/names.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace webhookd::sqlite {

/// The columns of an event after its sequence, in `events` and in `dead_letters` alike, and in the
/// order of `bind_event` and `read_event`.
inline constexpr std::string_view event_columns =
    "recorded, id, time, type, source, name_space, form, partition_key, customer, campaign, "
    "content_type, signature, head, body";
inline constexpr int event_column_count = 14;

/// Binds an event's columns from parameter `first` on. `e` must outlive the statement's run.
void bind_event(statement& to, int first, const event& e, names& n);

/// Reads an event, but for its sequence, from column `first` on.
void read_event(statement& from, int first, event& e, names& n);

/// The writer's view of `events` and `seen`.
class event_table {
public:
    event_table(database& in, names& n);

    /// @param seen_order  The order its identity has in `seen`, where it is kept there.
    void append(const event& e, std::optional<std::uint64_t> seen_order);

    /// Notes an identity. @return False: it was known.
    bool note_seen(std::uint64_t order, const bits128& id);
    bool is_seen(std::uint64_t order, const bits128& id);

private:
    database& database_;
    names& names_;
    statement insert_, note_seen_, is_seen_;
};

}  // namespace webhookd::sqlite
