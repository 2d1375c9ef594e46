#include "store/sqlite/sink_table.hpp"

#include "store/sqlite/event_table.hpp"

#include <string>

namespace webhookd::sqlite {

sink_table::sink_table(database& in, names& n)
    : database_{in},
      names_{n},
      save_{
          in,
          "INSERT INTO sinks(name, low_water, done_above, state) VALUES(?1,?2,?3,?4) "
          "ON CONFLICT(name) DO UPDATE SET low_water=?2, done_above=?3, state=?4"
      },
      forget_{in, "DELETE FROM sinks WHERE name = ?1"},
      add_{
          in,
          "INSERT INTO dead_letters(sink, reason, detail, attempts, first_attempt, last_attempt, "
          "sequence, " +
              std::string{event_columns} +
              ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21)"
      },
      drop_{in, "DELETE FROM dead_letters WHERE " + std::string{dead_letter_condition}}
{
}

void sink_table::save(std::span<const sink_cursor> cursors)
{
    for (const sink_cursor& c : cursors)
        save_.bind_text(1, c.name)
            .bind(2, c.low_water)
            .bind_blob_or_null(3, c.done_above)
            .bind_blob_or_null(4, c.state)
            .run();
}

bool sink_table::forget(std::string_view name)
{
    forget_.bind_text(1, name).run();
    return database_.changes() != 0;
}

void sink_table::add(const dead_letter& letter)
{
    add_.bind_text(1, letter.sink).bind_text(2, letter.reason).bind_text(3, letter.detail);
    add_.bind(4, static_cast<std::int64_t>(letter.attempts));
    add_.bind(5, letter.first_attempt).bind(6, letter.last_attempt).bind(7, letter.event.sequence);
    bind_event(add_, 8, letter.event, names_);
    add_.run();
}

std::uint64_t sink_table::drop(const dead_letter_filter& which)
{
    bind_filter(drop_, which);
    drop_.run();
    return static_cast<std::uint64_t>(database_.changes());
}

sink_cursor read_cursor(statement& from)
{
    sink_cursor out;
    out.name = from.bytes(0);
    out.low_water = from.number(1);
    out.done_above = from.bytes(2);
    out.state = from.bytes(3);
    return out;
}

void bind_filter(statement& to, const dead_letter_filter& which)
{
    which.number ? to.bind(1, *which.number) : to.bind_null(1);
    to.bind_text_or_null(2, which.sink).bind_text_or_null(3, which.reason);
}

dead_letter read_dead_letter(statement& from, names& n)
{
    dead_letter out;
    out.number = from.number(0);
    out.sink = from.bytes(1);
    out.reason = from.bytes(2);
    out.detail = from.bytes(3);
    out.attempts = static_cast<std::uint32_t>(from.integer(4));
    out.first_attempt = from.time(5);
    out.last_attempt = from.time(6);
    out.event.sequence = from.number(7);
    read_event(from, 8, out.event, n);
    return out;
}

}  // namespace webhookd::sqlite
