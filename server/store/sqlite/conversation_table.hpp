#pragma once

#include "correlation/conversation.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/message_table.hpp"
#include "store/sqlite/recent_cache.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::sqlite {

/// A row of `conversations`: what one customer and one business number are to each other.
struct conversation_row {
    std::int64_t number = 0;
    timestamp created{}, touched{};
    std::int64_t name_space = 0;
    std::string business;     ///< What the business is kept under.
    std::string business_id;  ///< As it was told.
    std::string customer_json;
    timestamp customer_at{};
    correlation::newest_user_id user_id;
    std::optional<timestamp> last_inbound, last_outbound;
    std::vector<std::string> names;               ///< What the customer was called; newest last.
    std::vector<correlation::outbound> messages;  ///< The newest ones to the customer.

    bool fresh = false;
    bool dirty = false;
};

/// The most messages a conversation's row lists; the rest goes to `older_messages`.
inline constexpr std::size_t messages_in_row_max = 50;
/// The most names a customer is remembered under.
inline constexpr std::size_t customer_names_max = 16;

/// The columns that `read_conversation` wants, in its order.
inline constexpr std::string_view conversation_columns =
    "number, created, touched, name_space, business, business_id, customer_json, customer_at, "
    "user_id, user_id_at, last_inbound, last_outbound, names, messages";

/// Reads the row that `from` stands on.
void read_conversation(statement& from, conversation_row& to);

/// The writer's view of `conversations` and of the names that lead to them. As `message_table`.
class conversation_table {
public:
    explicit conversation_table(database& in);

    /// The conversation of a receipt's business and customer; made where there is none. A customer
    /// who comes with a phone number and a BSUID is found by either, and from then on known by
    /// both: what was kept under each is one conversation.
    /// @return Null: the receipt does not say who it is between.
    conversation_row* of(std::int64_t name_space, const receipt& r, timestamp at);

    conversation_row* at(std::int64_t number);

    /// Notes a message to the customer, or that its time or callback data became another.
    /// @param first  It was never noted before.
    void note_outbound(
        conversation_row& row, const correlation::outbound& message, bool first, timestamp at
    );

    /// Up to `limit` numbers of messages of `row` that carry the callback data of this hash.
    std::vector<std::int64_t> carriers(
        const conversation_row& row, std::uint64_t callback, std::size_t limit
    );

    /// Takes a message that is pruned out of `older_messages`.
    void forget_older(const message_row& message);

    void touch(conversation_row& row, timestamp at);
    void flush();
    void age();
    void forget();

    /// Deletes a conversation with its names and its older messages.
    void erase(const conversation_row& row);

private:
    std::int64_t by_name(
        std::int64_t name_space, std::string_view customer, std::string_view business
    );
    conversation_row& make(std::int64_t name_space, const receipt& r, timestamp at);
    void add_name(conversation_row& row, std::string_view name);
    void set_name(const conversation_row& row, std::string_view name);
    void unite(conversation_row& kept, conversation_row& gone, timestamp at);
    void note_customer(conversation_row& row, const receipt& r, timestamp at);
    void spill(conversation_row& row);
    void write(conversation_row& row);

    database& database_;
    statement by_name_, by_number_, insert_, update_, delete_, set_name_, delete_name_;
    statement older_insert_, older_delete_, older_of_, older_move_, older_erase_, older_forget_;
    recent_cache<std::int64_t, conversation_row> rows_{8192};
    recent_cache<std::string, std::int64_t, text_hash, std::equal_to<>> names_{8192};
    std::vector<conversation_row*> dirty_;
    std::string key_;
    std::int64_t next_number_ = 1, committed_next_number_ = 1;
};

}  // namespace webhookd::sqlite
