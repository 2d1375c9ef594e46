#include "store/sqlite/event_table.hpp"

#include <algorithm>
#include <string>

namespace webhookd::sqlite {

namespace {

std::string_view bytes_of(const bits128& id)
{
    return {reinterpret_cast<const char*>(id.data()), id.size()};
}

}  // namespace

void bind_event(statement& to, int first, const event& e, names& n)
{
    to.bind(first, e.recorded).bind_blob(first + 1, bytes_of(e.id)).bind(first + 2, e.time);
    to.bind(first + 3, n.number_of(e.type)).bind(first + 4, n.number_of(e.source));
    to.bind(first + 5, n.number_of(e.name_space)).bind(first + 6, static_cast<int>(e.form));
    to.bind_text(first + 7, e.partition_key).bind_text_or_null(first + 8, e.customer);
    to.bind_text_or_null(first + 9, e.campaign).bind_text_or_null(first + 10, e.content_type);
    to.bind_text_or_null(first + 11, e.signature);
    to.bind_blob(first + 12, e.head).bind_blob(first + 13, e.body);
}

void read_event(statement& from, int first, event& e, names& n)
{
    e.recorded = from.time(first);
    const auto id = from.bytes(first + 1);
    std::copy_n(id.begin(), std::min(id.size(), e.id.size()), e.id.begin());
    e.time = from.time(first + 2);
    e.type = n.text_of(from.integer(first + 3));
    e.source = n.text_of(from.integer(first + 4));
    e.name_space = n.text_of(from.integer(first + 5));
    e.form = static_cast<payload_form>(from.integer(first + 6));
    e.partition_key = from.bytes(first + 7);
    e.customer = from.bytes(first + 8);
    e.campaign = from.bytes(first + 9);
    e.content_type = from.bytes(first + 10);
    e.signature = from.bytes(first + 11);
    e.head = from.bytes(first + 12);
    const auto body = from.bytes(first + 13);
    e.memory = block{body.size()};
    std::copy(body.begin(), body.end(), e.memory.data());
    e.body = {e.memory.data(), body.size()};
}

event_table::event_table(database& in, names& n)
    : database_{in},
      names_{n},
      insert_{
          in,
          "INSERT INTO events(sequence, seen_order, " + std::string{event_columns} +
              ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)"
      },
      note_seen_{in, "INSERT OR IGNORE INTO seen(id_order, id) VALUES(?1, ?2)"},
      is_seen_{in, "SELECT 1 FROM seen WHERE id_order = ?1 AND id = ?2"}
{
}

void event_table::append(const event& e, std::optional<std::uint64_t> seen_order)
{
    insert_.bind(1, e.sequence);
    seen_order ? insert_.bind(2, *seen_order) : insert_.bind_null(2);
    bind_event(insert_, 3, e, names_);
    insert_.run();
}

bool event_table::note_seen(std::uint64_t order, const bits128& id)
{
    note_seen_.bind(1, order).bind_blob(2, bytes_of(id)).run();
    return database_.changes() != 0;
}

bool event_table::is_seen(std::uint64_t order, const bits128& id)
{
    const reset_at_exit reset{is_seen_};
    return is_seen_.bind(1, order).bind_blob(2, bytes_of(id)).step();
}

}  // namespace webhookd::sqlite
