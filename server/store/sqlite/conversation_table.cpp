#include "store/sqlite/conversation_table.hpp"

#include "store/sqlite/encoding.hpp"

#include <algorithm>

namespace webhookd::sqlite {

namespace {

using correlation::outbound;

std::string encode(const std::vector<std::string>& names)
{
    std::string out;
    for (const std::string& name : names)
        put_text(out, name);
    return out;
}

std::string encode(const std::vector<outbound>& messages)
{
    std::string out;
    for (const outbound& m : messages) {
        put_number(out, m.number);
        put_signed(out, m.first_at.time_since_epoch().count());
        put_number(out, m.callback);
    }
    // Room for the next one or two, so that the row need not be moved for each.
    constexpr std::size_t step = 64;
    out.resize((out.size() + step - 1) / step * step, '\0');
    return out;
}

bool contains(const std::vector<std::string>& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

const std::string columns{conversation_columns};

}  // namespace

void read_conversation(statement& from, conversation_row& to)
{
    to.number = from.integer(0);
    to.created = from.time(1);
    to.touched = from.time(2);
    to.name_space = from.integer(3);
    to.business = from.bytes(4);
    to.business_id = from.bytes(5);
    to.customer_json = from.bytes(6);
    to.customer_at = from.time(7);
    to.user_id.text = from.bytes(8);
    to.user_id.at = from.time(9);
    to.last_inbound = from.maybe_time(10);
    to.last_outbound = from.maybe_time(11);
    for (list_reader in{from.bytes(12)}; !in.done();)
        to.names.emplace_back(in.text());
    for (list_reader in{from.bytes(13)}; !in.done();) {
        outbound m;
        m.number = in.number();
        m.first_at = timestamp{std::chrono::microseconds{in.signed_number()}};
        m.callback = in.number();
        if (m.number != 0)
            to.messages.push_back(m);
    }
}

conversation_table::conversation_table(database& in)
    : database_{in},
      by_name_{
          in,
          "SELECT conversation FROM conversation_names "
          "WHERE name_space = ?1 AND customer = ?2 AND business = ?3"
      },
      by_number_{in, "SELECT " + columns + " FROM conversations WHERE number = ?1"},
      insert_{
          in,
          "INSERT INTO conversations(" + columns +
              ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)"
      },
      update_{
          in,
          "UPDATE conversations SET touched=?3, customer_json=?7, customer_at=?8, user_id=?9, "
          "user_id_at=?10, last_inbound=?11, last_outbound=?12, names=?13, messages=?14 "
          "WHERE number=?1"
      },
      delete_{in, "DELETE FROM conversations WHERE number = ?1"},
      set_name_{
          in,
          "INSERT OR REPLACE INTO conversation_names(name_space, customer, business, conversation) "
          "VALUES(?1,?2,?3,?4)"
      },
      delete_name_{
          in,
          "DELETE FROM conversation_names WHERE name_space = ?1 AND customer = ?2 AND "
          "business = ?3 AND conversation = ?4"
      },
      older_insert_{in, "INSERT OR IGNORE INTO older_messages VALUES(?1,?2,?3)"},
      older_delete_{in, "DELETE FROM older_messages WHERE conversation = ?1 AND number = ?2"},
      older_of_{
          in, "SELECT number FROM older_messages WHERE conversation = ?1 AND callback = ?2 LIMIT ?3"
      },
      older_move_{
          in, "UPDATE OR IGNORE older_messages SET conversation = ?2 WHERE conversation = ?1"
      },
      older_erase_{in, "DELETE FROM older_messages WHERE conversation = ?1"},
      older_forget_{
          in, "DELETE FROM older_messages WHERE conversation = ?1 AND callback = ?2 AND number = ?3"
      }
{
    next_number_ = in.number("SELECT max(number) FROM conversations").value_or(0) + 1;
    committed_next_number_ = next_number_;
}

std::int64_t conversation_table::by_name(
    std::int64_t name_space, std::string_view customer, std::string_view business
)
{
    key_.clear();
    put_signed(key_, name_space);
    put_text(key_, business);
    key_.append(customer);
    if (const auto* known = names_.find(std::string_view{key_}))
        return *known;
    const reset_at_exit reset{by_name_};
    if (!by_name_.bind(1, name_space).bind_text(2, customer).bind_text(3, business).step())
        return 0;
    return names_.put(key_, std::make_unique<std::int64_t>(by_name_.integer(0)));
}

conversation_row* conversation_table::at(std::int64_t number)
{
    if (conversation_row* const known = rows_.find(number))
        return known;
    const reset_at_exit reset{by_number_};
    if (!by_number_.bind(1, number).step())
        return nullptr;
    auto row = std::make_unique<conversation_row>();
    read_conversation(by_number_, *row);
    return &rows_.put(number, std::move(row));
}

conversation_row* conversation_table::of(std::int64_t name_space, const receipt& r, timestamp at)
{
    const std::string_view business = r.business.key();
    const auto names = correlation::names_of(r.customer);
    if (business.empty() || names.front().empty())
        return nullptr;

    conversation_row* row = nullptr;
    for (const std::string_view name : names) {
        if (name.empty() || (row && contains(row->names, name)))
            continue;
        const std::int64_t number = by_name(name_space, name, business);
        conversation_row* const found = number == 0 ? nullptr : this->at(number);
        if (!row)
            row = found;
        else if (found && found != row)
            unite(*row, *found, at);
    }
    if (!row)
        row = &make(name_space, r, at);
    for (auto name = names.rbegin(); name != names.rend(); ++name)
        if (!name->empty() && !contains(row->names, *name)) {
            add_name(*row, *name);
            touch(*row, at);
        }
    note_customer(*row, r, at);
    return row;
}

conversation_row& conversation_table::make(std::int64_t name_space, const receipt& r, timestamp at)
{
    auto row = std::make_unique<conversation_row>();
    row->number = next_number_++;
    row->created = at;
    row->name_space = name_space;
    row->business = r.business.key();
    row->business_id = r.business.id;
    row->fresh = true;
    const std::int64_t number = row->number;
    conversation_row& made = rows_.put(number, std::move(row));
    touch(made, at);
    return made;
}

void conversation_table::note_customer(conversation_row& row, const receipt& r, timestamp at)
{
    const std::string was = row.user_id.text;
    if (row.user_id.merge(r.time, r.customer.user_id) && row.user_id.text != was)
        touch(row, at);
    // The newest details are shown. An event without a BSUID does not take a known one away.
    const bool poorer = r.customer.user_id.empty() && !row.user_id.text.empty();
    const bool newer = row.customer_json.empty() || r.time > row.customer_at;
    if (!newer || (poorer && !row.customer_json.empty()))
        return;
    std::string json = correlation::party_json(r.customer);
    if (json == row.customer_json)
        return;
    row.customer_json = std::move(json);
    row.customer_at = r.time;
    touch(row, at);
}

void conversation_table::set_name(const conversation_row& row, std::string_view name)
{
    set_name_.bind(1, row.name_space).bind_text(2, name).bind_text(3, row.business);
    set_name_.bind(4, row.number).run();
    key_.clear();
    put_signed(key_, row.name_space);
    put_text(key_, row.business);
    key_.append(name);
    names_.put(key_, std::make_unique<std::int64_t>(row.number));
}

void conversation_table::add_name(conversation_row& row, std::string_view name)
{
    if (row.names.size() >= customer_names_max) {
        const std::string oldest = row.names.front();
        row.names.erase(row.names.begin());
        delete_name_.bind(1, row.name_space).bind_text(2, oldest).bind_text(3, row.business);
        delete_name_.bind(4, row.number).run();
        key_.clear();
        put_signed(key_, row.name_space);
        put_text(key_, row.business);
        key_.append(oldest);
        names_.erase(std::string_view{key_});
    }
    row.names.emplace_back(name);
    set_name(row, name);
}

void conversation_table::touch(conversation_row& row, timestamp at)
{
    row.touched = at;
    if (row.dirty)
        return;
    row.dirty = true;
    dirty_.push_back(&row);
}

void conversation_table::write(conversation_row& row)
{
    statement& to = row.fresh ? insert_ : update_;
    const std::string names = encode(row.names);
    const std::string messages = encode(row.messages);
    to.bind(1, row.number).bind(3, row.touched);
    if (row.fresh)
        to.bind(2, row.created)
            .bind(4, row.name_space)
            .bind_text(5, row.business)
            .bind_text(6, row.business_id);
    to.bind_text_or_null(7, row.customer_json).bind(8, row.customer_at);
    to.bind_text_or_null(9, row.user_id.text).bind(10, row.user_id.at);
    to.bind(11, row.last_inbound).bind(12, row.last_outbound);
    to.bind_blob(13, names).bind_blob_or_null(14, messages);
    to.run();
    row.fresh = false;
    row.dirty = false;
}

void conversation_table::flush()
{
    for (conversation_row* row : dirty_)
        write(*row);
    dirty_.clear();
}

void conversation_table::age()
{
    committed_next_number_ = next_number_;
    rows_.age();
    names_.age();
}

void conversation_table::forget()
{
    dirty_.clear();
    rows_.clear();
    names_.clear();
    next_number_ = committed_next_number_;
}

}  // namespace webhookd::sqlite
