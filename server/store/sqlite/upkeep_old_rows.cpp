// Messages, conversations and campaigns that nothing was heard of for longer than
// `store.messages_retention`.
#include "store/sqlite/upkeep.hpp"

#include <algorithm>
#include <utility>

namespace webhookd::sqlite {

namespace {

constexpr std::chrono::minutes pass_every{30};

}  // namespace

// Messages, conversations and campaigns, one after another, from the oldest on.
void upkeep::prune_old(timestamp at)
{
    using std::chrono::microseconds;
    const timestamp horizon =
        at - std::max<microseconds>(settings_.messages_retention, identity_life(settings_));
    bool more = false;
    switch (at_.stage) {
        case 0: more = prune_messages(horizon); break;
        case 1: more = prune_conversations(horizon); break;
        default: more = prune_campaigns(horizon); break;
    }
    if (!more && ++at_.stage > 2) {
        at_.stage = 0;
        at_.messages_to = at_.conversations_to = at_.campaign_space = 0;
        at_.campaign_name.clear();
        at_.next_pass = at + pass_every;
        return;
    }
    pending_ = true;
}

bool upkeep::prune_conversations(timestamp horizon)
{
    std::vector<std::int64_t> old;
    int rows = 0;
    bool young = false;
    {
        const reset_at_exit reset{old_conversations_};
        old_conversations_.bind(1, at_.conversations_to).bind(2, rows_a_slice);
        while (!young && old_conversations_.step()) {
            ++rows;
            at_.conversations_to = old_conversations_.integer(0);
            young = old_conversations_.time(1) >= horizon;
            if (old_conversations_.time(2) < horizon)
                old.push_back(at_.conversations_to);
        }
    }
    for (const std::int64_t number : old)
        if (const conversation_row* const row = correlator_.conversations().at(number))
            correlator_.conversations().erase(*row);
    return !young && rows == rows_a_slice;
}

bool upkeep::prune_campaigns(timestamp horizon)
{
    std::vector<std::pair<std::int64_t, std::string>> old;
    int rows = 0;
    {
        const reset_at_exit reset{old_campaigns_};
        const std::string from = at_.campaign_name;
        old_campaigns_.bind(1, at_.campaign_space).bind_text(2, from).bind(3, rows_a_slice);
        while (old_campaigns_.step()) {
            ++rows;
            at_.campaign_space = old_campaigns_.integer(0);
            at_.campaign_name = old_campaigns_.bytes(1);
            if (old_campaigns_.time(2) < horizon)
                old.emplace_back(at_.campaign_space, at_.campaign_name);
        }
    }
    for (const auto& [name_space, name] : old)
        correlator_.campaigns().erase(name_space, name);
    return rows == rows_a_slice;
}

bool upkeep::prune_messages(timestamp horizon)
{
    std::vector<message_row> old;
    int rows = 0;
    bool young = false;
    {
        const reset_at_exit reset{old_messages_};
        old_messages_.bind(1, at_.messages_to).bind(2, rows_a_slice);
        while (!young && old_messages_.step()) {
            ++rows;
            at_.messages_to = old_messages_.integer(0);
            young = old_messages_.time(1) >= horizon;
            if (old_messages_.time(2) >= horizon)
                continue;
            read_message(old_messages_, old.emplace_back());
        }
    }
    for (const message_row& row : old) {
        correlator_.conversations().forget_older(row);
        correlator_.messages().erase(row);
    }
    return !young && rows == rows_a_slice;
}

}  // namespace webhookd::sqlite
