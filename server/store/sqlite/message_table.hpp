#pragma once

#include "correlation/lifecycle.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/event_list.hpp"
#include "store/sqlite/recent_cache.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace webhookd::sqlite {

/// A row of `messages`.
struct message_row {
    std::int64_t number = 0;  ///< In order of creation.
    timestamp created{}, touched{};
    std::int64_t name_space = 0;
    std::string key;  ///< `message_id::key()`
    std::int64_t conversation = 0;
    bool stuck_told = false;
    correlation::message_state state;
    std::string context;
    event_list events;   ///< Its statuses: the timeline, and what a repeat is known by.
    event_list replies;  ///< The newest ones that were linked as a fact.
    std::uint64_t reply_count = 0;

    std::size_t room = 0;  ///< Bytes its row has for what changes.
    bool fresh = false;    ///< Not in the table yet.
    bool dirty = false;
};

/// The most identities a message's row keeps; more of them go to `seen`.
inline constexpr std::size_t events_in_row_max = 64;
/// The most replies a message's row lists.
inline constexpr std::size_t replies_in_row_max = 50;

/// The columns that `read_message` wants, in its order.
inline constexpr std::string_view message_columns =
    "number, created, touched, name_space, id, conversation, campaign, state, context, events, "
    "replies";

/// Reads the row that `from` stands on.
void read_message(statement& from, message_row& to);

/// The writer's view of `messages`: rows stay in memory for a while, and changed ones are written
/// once a commit.
class message_table {
public:
    explicit message_table(database& in);

    /// @return Null: there is none. Valid until `age` or `forget`.
    message_row* find(std::int64_t name_space, std::string_view key);
    message_row* at(std::int64_t number);
    message_row& find_or_make(std::int64_t name_space, std::string_view key, timestamp at);

    /// Has it to be written at the end of this commit?
    void touch(message_row& row, timestamp at);

    /// Writes what was touched.
    void flush();

    /// After a commit.
    void age();
    /// After a rollback: nothing in memory is true any more.
    void forget();

    /// Deletes a row that is in no use in this transaction.
    void erase(const message_row& row);

    bool empty();

private:
    bool surely_new(std::int64_t name_space, std::string_view key);
    void make_room(message_row& row);
    void write(message_row& row);

    database& database_;
    statement by_id_, by_number_, insert_, update_, delete_, newest_key_;
    recent_cache<std::string, message_row, text_hash, std::equal_to<>> cache_{8192};
    std::vector<message_row*> dirty_;
    std::string key_;  // of the cache; kept for its memory
    /// The greatest 128-bit id of each namespace: what lies above it needs no search.
    std::unordered_map<std::int64_t, std::string> newest_keys_;
    std::string state_, events_, replies_;  // encoded; kept for their memory
    std::int64_t next_number_ = 1, committed_next_number_ = 1;
};

}  // namespace webhookd::sqlite
