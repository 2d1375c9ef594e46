#include "store/sqlite/message_table.hpp"

#include "store/sqlite/encoding.hpp"

#include <array>

namespace webhookd::sqlite {

namespace {

using correlation::earliest_text;
using correlation::message_state;

template <class State>
auto texts_of(State& s)
{
    return std::array{&s.business, &s.customer, &s.callback_data, &s.campaign, &s.error};
}

// How far the event that told a text lies behind the earliest one: mostly they are the same.
std::int64_t behind(timestamp t, timestamp base)
{
    return static_cast<std::int64_t>(
        static_cast<std::uint64_t>(t.time_since_epoch().count()) -
        static_cast<std::uint64_t>(base.time_since_epoch().count())
    );
}

timestamp after(timestamp base, std::int64_t behind)
{
    return timestamp{std::chrono::microseconds{static_cast<std::int64_t>(
        static_cast<std::uint64_t>(base.time_since_epoch().count()) +
        static_cast<std::uint64_t>(behind)
    )}};
}

// The state as it is stored: which statuses were seen, in bits; the earliest time of all; each
// status' time behind it; the texts, each with its event's time behind it; the error's category;
// stuck told; the number of replies. The campaign has a column of its own, for queries.
void encode(const message_row& row, std::string& out)
{
    const message_state& s = row.state;
    const timestamp base = s.earliest().value_or(timestamp{});
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < s.first_at.size(); ++i)
        seen |= s.first_at[i] ? 1u << i : 0u;
    out.clear();
    put_number(out, seen);
    put_signed(out, base.time_since_epoch().count());
    for (const auto& t : s.first_at)
        if (t)
            put_signed(out, behind(*t, base));
    for (const earliest_text* t : texts_of(s)) {
        put_signed(out, t->text.empty() ? 0 : behind(t->at, base));
        if (t != &s.campaign)
            put_text(out, t->text);
    }
    put_number(out, static_cast<std::uint64_t>(s.category));
    put_number(out, row.stuck_told ? 1 : 0);
    put_number(out, row.reply_count);
}

void decode(std::string_view stored, message_row& row)
{
    message_state& s = row.state;
    list_reader in{stored};
    const std::uint64_t seen = in.number();
    const timestamp base{std::chrono::microseconds{in.signed_number()}};
    for (std::size_t i = 0; i < s.first_at.size(); ++i) {
        s.first_at[i].reset();
        if (seen & 1u << i)
            s.first_at[i] = after(base, in.signed_number());
    }
    for (earliest_text* t : texts_of(s)) {
        const std::int64_t delta = in.signed_number();
        if (t != &s.campaign)
            t->text = in.text();
        t->at = t->text.empty() ? timestamp{} : after(base, delta);
    }
    s.category = static_cast<error_category>(in.number());
    row.stuck_told = in.number() != 0;
    row.reply_count = in.number();
}

void make_key(std::string& out, std::int64_t name_space, std::string_view key)
{
    out.assign(reinterpret_cast<const char*>(&name_space), sizeof name_space);
    out.append(key);
}

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
    to.state.campaign.text = from.bytes(6);
    decode(from.bytes(7), to);
    to.context = from.bytes(8);
    to.events = event_list{from.bytes(9)};
    to.replies = event_list{from.bytes(10)};
    to.room = 0;
    for (int column = 6; column <= 10; ++column)
        to.room += from.bytes(column).size();
}

message_table::message_table(database& in)
    : database_{in},
      by_id_{in, "SELECT " + columns + " FROM messages WHERE name_space = ?1 AND id = ?2"},
      by_number_{in, "SELECT name_space, id FROM messages WHERE number = ?1"},
      insert_{
          in,
          "INSERT INTO messages(" + columns +
              ", status) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)"
      },
      update_{
          in,
          "UPDATE messages SET touched=?3, conversation=?6, campaign=?7, state=?8, context=?9, "
          "events=?10, replies=?11, status=?12 WHERE number=?1"
      },
      delete_{in, "DELETE FROM messages WHERE number = ?1"},
      newest_key_{
          in,
          "SELECT max(id) FROM messages WHERE name_space = ?1 AND "
          "id < x'ffffffffffffffffffffffffffffffff'"
      }
{
    next_number_ = in.number("SELECT max(number) FROM messages").value_or(0) + 1;
    committed_next_number_ = next_number_;
}

// Ids are made in the order of time, so a new message's mostly lies above all others.
bool message_table::surely_new(std::int64_t name_space, std::string_view key)
{
    auto at = newest_keys_.find(name_space);
    if (at == newest_keys_.end()) {
        const reset_at_exit reset{newest_key_};
        newest_key_.bind(1, name_space).step();
        at = newest_keys_.emplace(name_space, newest_key_.bytes(0)).first;
    }
    const message_id id = message_id::from_key(key);
    if (!id.value() || key <= at->second)
        return false;
    at->second = key;
    return true;
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
    if (!surely_new(name_space, key))
        if (message_row* const known = find(name_space, key))
            return *known;
    make_key(key_, name_space, key);
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

// A row that keeps its size is written over where it stands. One that grows has to be moved, and
// as pages are full that moves its neighbours; so a row is made with room for the statuses that
// mostly follow: zeros behind its events.
void message_table::make_room(message_row& row)
{
    constexpr std::size_t for_two_statuses = 64;
    const std::size_t status_byte = row.state.effective() > delivery_status::sent ? 1 : 0;
    const std::size_t need = state_.size() + row.state.campaign.text.size() + row.context.size() +
                             events_.size() + replies_.size() + status_byte;
    if (events_.empty())
        return;
    if (need > row.room)
        row.room = need + for_two_statuses;
    events_.resize(events_.size() + row.room - need, '\0');
}

void message_table::write(message_row& row)
{
    statement& to = row.fresh ? insert_ : update_;
    encode(row, state_);
    row.events.encode(events_);
    row.replies.encode(replies_);
    make_room(row);
    to.bind(1, row.number).bind(3, row.touched);
    if (row.fresh)
        to.bind(2, row.created).bind(4, row.name_space).bind_blob(5, row.key);
    to.bind(6, row.conversation).bind_text_or_null(7, row.state.campaign.text);
    to.bind_blob(8, state_).bind_text_or_null(9, row.context);
    to.bind_blob_or_null(10, events_).bind_blob_or_null(11, replies_);
    to.bind(12, static_cast<int>(row.state.effective()));
    to.run();
    row.fresh = false;
    row.dirty = false;
}

void message_table::forget()
{
    dirty_.clear();
    cache_.clear();
    newest_keys_.clear();
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
