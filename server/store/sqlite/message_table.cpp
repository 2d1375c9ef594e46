#include "store/sqlite/message_table.hpp"

#include "store/sqlite/encoding.hpp"

#include <array>
#include <cstring>

namespace webhookd::sqlite {

namespace {

using correlation::earliest_text;
using correlation::message_state;

template <class State>
auto texts_of(State& s)
{
    return std::array{&s.business, &s.customer, &s.callback_data, &s.campaign, &s.error};
}

// Mostly all came with the first status, and so are zeros.
std::string told_at(const message_state& s)
{
    const auto base = s.earliest().value_or(timestamp{}).time_since_epoch().count();
    std::string out;
    for (const earliest_text* t : texts_of(s))
        put_signed(
            out,
            t->text.empty() ? 0
                            : static_cast<std::int64_t>(
                                  static_cast<std::uint64_t>(t->at.time_since_epoch().count()) -
                                  static_cast<std::uint64_t>(base)
                              )
        );
    return out;
}

void read_told_at(std::string_view stored, message_state& s)
{
    const auto base = s.earliest().value_or(timestamp{}).time_since_epoch().count();
    list_reader in{stored};
    for (earliest_text* t : texts_of(s)) {
        const std::int64_t delta = in.signed_number();
        if (!t->text.empty())
            t->at = timestamp{std::chrono::microseconds{static_cast<std::int64_t>(
                static_cast<std::uint64_t>(base) + static_cast<std::uint64_t>(delta)
            )}};
    }
}

void make_key(std::string& out, std::int64_t name_space, std::string_view key)
{
    out.assign(reinterpret_cast<const char*>(&name_space), sizeof name_space);
    out.append(key);
}

constexpr delivery_status column_order[] = {
    delivery_status::sent,
    delivery_status::delivered,
    delivery_status::read,
    delivery_status::delivery_failed,
    delivery_status::unknown
};

const std::string columns{message_columns};

}  // namespace

void read_message(statement& from, message_row& to)
{
    to.number = from.integer(0);
    to.created = from.time(1);
    to.touched = from.time(2);
    to.name_space = from.integer(3);
    to.key = from.bytes(4);
    to.conversation = from.integer(5);
    to.stuck_told = from.integer(6) != 0;
    message_state& s = to.state;
    for (int i = 0; i < 5; ++i)
        s.first_at[static_cast<std::size_t>(column_order[i])] = from.maybe_time(7 + i);
    int column = 12;
    for (earliest_text* t : texts_of(s))
        t->text = from.bytes(column++);
    s.category = static_cast<error_category>(from.integer(17));
    read_told_at(from.bytes(18), s);
    to.context = from.bytes(19);
    to.events = event_list{from.bytes(20)};
    to.replies = event_list{from.bytes(21)};
    to.reply_count = from.number(22);
}

message_table::message_table(database& in)
    : database_{in},
      by_id_{in, "SELECT " + columns + " FROM messages WHERE name_space = ?1 AND id = ?2"},
      by_number_{in, "SELECT name_space, id FROM messages WHERE number = ?1"},
      insert_{
          in,
          "INSERT INTO messages(" + columns +
              ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,"
              "?21,?22,?23)"
      },
      update_{
          in,
          "UPDATE messages SET touched=?3, conversation=?6, stuck_told=?7, sent=?8, delivered=?9, "
          "read=?10, failed=?11, unknown=?12, business=?13, customer=?14, callback_data=?15, "
          "campaign=?16, error=?17, error_category=?18, told_at=?19, context=?20, events=?21, "
          "replies=?22, reply_count=?23 WHERE number=?1"
      },
      delete_{in, "DELETE FROM messages WHERE number = ?1"}
{
    next_number_ = database_.number("SELECT max(number) FROM messages").value_or(0) + 1;
    committed_next_number_ = next_number_;
}

message_row* message_table::find(std::int64_t name_space, std::string_view key)
{
    make_key(key_, name_space, key);
    if (message_row* const known = cache_.find(std::string_view{key_}))
        return known;
    const reset_at_exit reset{by_id_};
    if (!by_id_.bind(1, name_space).bind_blob(2, key).step())
        return nullptr;
    auto row = std::make_unique<message_row>();
    read_message(by_id_, *row);
    return &cache_.put(key_, std::move(row));
}

message_row* message_table::at(std::int64_t number)
{
    std::int64_t name_space = 0;
    std::string key;
    {
        const reset_at_exit reset{by_number_};
        if (!by_number_.bind(1, number).step()) {
            for (message_row* row : dirty_)  // made in this very commit
                if (row->number == number)
                    return row;
            return nullptr;
        }
        name_space = by_number_.integer(0);
        key = by_number_.bytes(1);
    }
    return find(name_space, key);
}

message_row& message_table::find_or_make(
    std::int64_t name_space, std::string_view key, timestamp at
)
{
    if (message_row* const known = find(name_space, key))
        return *known;
    auto row = std::make_unique<message_row>();
    row->number = next_number_++;
    row->created = at;
    row->name_space = name_space;
    row->key = key;
    row->fresh = true;
    message_row& made = cache_.put(key_, std::move(row));
    touch(made, at);
    return made;
}

void message_table::touch(message_row& row, timestamp at)
{
    row.touched = at;
    if (row.dirty)
        return;
    row.dirty = true;
    dirty_.push_back(&row);
}

void message_table::flush()
{
    for (message_row* row : dirty_)
        write(*row);
    dirty_.clear();
}

void message_table::write(message_row& row)
{
    statement& to = row.fresh ? insert_ : update_;
    const message_state& s = row.state;
    const std::string told = told_at(s);
    to.bind(1, row.number).bind(3, row.touched);
    if (row.fresh)
        to.bind(2, row.created).bind(4, row.name_space).bind_blob(5, row.key);
    to.bind(6, row.conversation);
    row.stuck_told ? to.bind(7, 1) : to.bind_null(7);
    for (int i = 0; i < 5; ++i)
        to.bind(8 + i, s.at(column_order[i]));
    int column = 13;
    for (const earliest_text* t : texts_of(s))
        to.bind_text_or_null(column++, t->text);
    s.error.text.empty() ? to.bind_null(18) : to.bind(18, static_cast<int>(s.category));
    to.bind_blob(19, told).bind_text_or_null(20, row.context);
    to.bind_blob_or_null(21, row.events.stored()).bind_blob_or_null(22, row.replies.stored());
    row.reply_count == 0 ? to.bind_null(23) : to.bind(23, row.reply_count);
    to.run();
    row.fresh = false;
    row.dirty = false;
}

void message_table::forget()
{
    dirty_.clear();
    cache_.clear();
    next_number_ = committed_next_number_;
}

void message_table::age()
{
    committed_next_number_ = next_number_;
    cache_.age();
}

void message_table::erase(const message_row& row)
{
    delete_.bind(1, row.number).run();
    make_key(key_, row.name_space, row.key);
    cache_.erase(std::string_view{key_});
}

bool message_table::empty()
{
    return !database_.number("SELECT number FROM messages LIMIT 1");
}

}  // namespace webhookd::sqlite
