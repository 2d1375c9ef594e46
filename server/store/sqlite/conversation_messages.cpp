// The messages of a conversation, and what happens to them when two conversations turn out to be
// one.
#include "store/sqlite/conversation_table.hpp"
#include "store/sqlite/encoding.hpp"

#include <algorithm>
#include <tuple>

namespace webhookd::sqlite {

using correlation::outbound;

void conversation_table::note_outbound(
    conversation_row& row, const outbound& message, bool first, timestamp at
)
{
    const auto known = std::find_if(row.messages.begin(), row.messages.end(), [&](const auto& m) {
        return m.number == message.number;
    });
    if (known != row.messages.end()) {
        if (*known == message)
            return;
        *known = message;
    }
    else {
        // It may be one of the older ones that became another.
        if (!first && row.messages.size() >= messages_in_row_max)
            older_delete_.bind(1, row.number).bind(2, message.number).run();
        row.messages.push_back(message);
        spill(row);
    }
    if (!row.last_outbound || *row.last_outbound < message.first_at)
        row.last_outbound = message.first_at;
    touch(row, at);
}

void conversation_table::spill(conversation_row& row)
{
    while (row.messages.size() > messages_in_row_max) {
        const auto oldest = std::min_element(
            row.messages.begin(),
            row.messages.end(),
            [](const outbound& a, const outbound& b) {
                return std::tie(a.first_at, a.number) < std::tie(b.first_at, b.number);
            }
        );
        older_insert_.bind(1, row.number)
            .bind(2, static_cast<std::int64_t>(oldest->callback))
            .bind(3, oldest->number)
            .run();
        row.messages.erase(oldest);
    }
}

std::vector<std::int64_t> conversation_table::carriers(
    const conversation_row& row, std::uint64_t callback, std::size_t limit
)
{
    std::vector<std::int64_t> out;
    for (const outbound& m : row.messages)
        if (m.callback == callback && out.size() < limit)
            out.push_back(static_cast<std::int64_t>(m.number));
    if (row.messages.size() < messages_in_row_max || out.size() >= limit)
        return out;
    const reset_at_exit reset{older_of_};
    older_of_.bind(1, row.number).bind(2, callback).bind(3, limit - out.size());
    while (older_of_.step())
        out.push_back(older_of_.integer(0));
    return out;
}

void conversation_table::forget_older(const message_row& message)
{
    const auto callback = correlation::callback_hash(message.state.callback_data.text);
    older_forget_.bind(1, message.conversation).bind(2, callback).bind(3, message.number).run();
}

void conversation_table::unite(conversation_row& kept, conversation_row& gone, timestamp at)
{
    for (const std::string& name : gone.names) {
        if (std::find(kept.names.begin(), kept.names.end(), name) != kept.names.end())
            set_name(kept, name);
        else
            add_name(kept, name);
    }
    if (gone.last_inbound)
        correlation::merge_inbound(kept.last_inbound, *gone.last_inbound);
    if (gone.last_outbound && (!kept.last_outbound || *kept.last_outbound < *gone.last_outbound))
        kept.last_outbound = gone.last_outbound;
    kept.user_id.merge(gone.user_id.at, gone.user_id.text);
    if (kept.customer_json.empty()) {
        kept.customer_json = gone.customer_json;
        kept.customer_at = gone.customer_at;
    }
    older_move_.bind(1, gone.number).bind(2, kept.number).run();
    older_erase_.bind(1, gone.number).run();
    kept.messages.insert(kept.messages.end(), gone.messages.begin(), gone.messages.end());
    spill(kept);
    touch(kept, at);

    dirty_.erase(std::remove(dirty_.begin(), dirty_.end(), &gone), dirty_.end());
    if (!gone.fresh)
        delete_.bind(1, gone.number).run();
    rows_.erase(gone.number);
}

void conversation_table::erase(const conversation_row& row)
{
    for (const std::string& name : row.names) {
        delete_name_.bind(1, row.name_space).bind_text(2, name).bind_text(3, row.business);
        delete_name_.bind(4, row.number).run();
        key_.clear();
        put_signed(key_, row.name_space);
        put_text(key_, row.business);
        key_.append(name);
        names_.erase(std::string_view{key_});
    }
    older_erase_.bind(1, row.number).run();
    delete_.bind(1, row.number).run();
    rows_.erase(row.number);
}

}  // namespace webhookd::sqlite
