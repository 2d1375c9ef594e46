#include "store/sqlite/correlator.hpp"

#include <algorithm>
#include <string>

namespace webhookd::sqlite {

namespace {

using correlation::campaign_counts;
using correlation::share_of;

bool is_status_of_message(const receipt& r)
{
    return r.topic == topic::delivery_status && !r.message.empty();
}

}  // namespace

correlator::correlator(database& in, names& n, event_table& events, settings s)
    : names_{n}, events_{events}, settings_{s}, messages_{in}, conversations_{in}, campaigns_{in}
{
    statuses_in_messages_ = !s.correlate && !messages_.empty();
}

judged correlator::judge(const receipt& r, timestamp at)
{
    judged j;
    j.name_space = names_.number_of(r.to->name_space);
    if (settings_.correlate && is_status_of_message(r)) {
        judge_status(r, j, at);
        return j;
    }
    if (statuses_in_messages_ && is_status_of_message(r)) {
        const message_row* const row = messages_.find(j.name_space, r.message.key());
        j.duplicate = row && row->events.contains(r.id);
        if (j.duplicate)
            return j;
    }
    j.duplicate = !events_.note_seen(r.id_order, r.id);
    if (!j.duplicate)
        j.seen_order = r.id_order;
    if (settings_.correlate && r.topic == topic::messages)
        judge_other(r, j, at);
    return j;
}

// A repeat of an identity may still say something else, an earlier time for instance: so it is
// merged like any other, and only not told.
void correlator::judge_status(const receipt& r, judged& j, timestamp at)
{
    message_row& row = messages_.find_or_make(j.name_space, r.message.key(), at);
    j.message = &row;
    j.duplicate = known_status(r, j);

    const campaign_counts less = share_of(row.state, row.reply_count);
    const std::string was_in = row.state.campaign.text;
    const auto was_first = row.state.earliest();
    const std::uint64_t was_carrying = correlation::callback_hash(row.state.callback_data.text);
    j.merge = correlation::merge(row.state, r);
    j.conversation = conversation_of(r, j, at);
    keep_alive(j.conversation, at);
    if (!j.merge->changed)
        return;

    messages_.touch(row, at);
    const campaign_counts plus = share_of(row.state, row.reply_count);
    campaigns_.apply(j.name_space, {was_in, row.state.campaign.text, less, plus, r.time}, at);
    if (!j.conversation)
        return;
    const bool first = row.conversation == 0;
    if (first)
        row.conversation = j.conversation->number;
    const auto carrying = correlation::callback_hash(row.state.callback_data.text);
    if (first || row.state.earliest() != was_first || carrying != was_carrying)
        conversations_.note_outbound(
            *j.conversation,
            {static_cast<std::uint64_t>(row.number), *row.state.earliest(), carrying},
            first,
            at
        );
}

bool correlator::known_status(const receipt& r, judged& j)
{
    if (j.message->events.contains(r.id))
        return true;
    const bool full = j.message->events.size() >= events_in_row_max;
    if (!full)
        return statuses_in_seen_ && events_.is_seen(r.id_order, r.id);
    if (!events_.note_seen(r.id_order, r.id))
        return true;
    j.seen_order = r.id_order;
    return false;
}

// A conversation lives as long as there is anything in it. That is noted once a day at most.
void correlator::keep_alive(conversation_row* row, timestamp at)
{
    if (row && at - row->touched > std::chrono::hours{24})
        conversations_.touch(*row, at);
}

conversation_row* correlator::conversation_of(const receipt& r, const judged& j, timestamp at)
{
    // The message leads to it without a look at the names, where it says the same of the customer.
    if (j.message && j.message->conversation != 0) {
        conversation_row* const row = conversations_.at(j.message->conversation);
        const auto names = correlation::names_of(r.customer);
        const bool same =
            row && row->business == r.business.key() && !names.front().empty() &&
            std::all_of(names.begin(), names.end(), [&](std::string_view name) {
                return name.empty() ||
                       std::find(row->names.begin(), row->names.end(), name) != row->names.end();
            });
        if (same)
            return row;
    }
    return conversations_.of(j.name_space, r, at);
}

void correlator::judge_other(const receipt& r, judged& j, timestamp at)
{
    j.conversation = conversations_.of(j.name_space, r, at);
    if (j.conversation && correlation::merge_inbound(j.conversation->last_inbound, r.time))
        conversations_.touch(*j.conversation, at);
    keep_alive(j.conversation, at);
    if (!j.duplicate || settings_.mark_duplicates)
        link_inbound(r, j);
}

void correlator::link_inbound(const receipt& r, judged& j)
{
    correlation::link_evidence known;
    known.has_reply_to = !r.reply_to.empty();
    if (known.has_reply_to)
        if (const message_row* const row = messages_.find(j.name_space, r.reply_to.key()))
            known.named = static_cast<std::uint64_t>(row->number);

    known.callback = correlation::callback_hash(r.callback_data_json);
    if (!known.named && known.callback != 0 && j.conversation)
        for (const std::int64_t number :
             conversations_.carriers(*j.conversation, known.callback, messages_in_row_max)) {
            // The hash may be of another text, and the message may have been pruned.
            const message_row* const row = messages_.at(number);
            if (!row || row->state.callback_data.text != r.callback_data_json)
                continue;
            known.carrier = static_cast<std::uint64_t>(number);
            if (++known.carriers > 1)
                break;
        }

    std::span<const correlation::outbound> sent;
    if (j.conversation)
        sent = j.conversation->messages;
    const auto chosen = correlation::choose_link(known, sent, r.time);
    if (chosen.link != link::none)
        j.linked = messages_.at(static_cast<std::int64_t>(chosen.number));
    j.link = j.linked ? chosen.link : link::none;
}

correlated correlator::describe(const receipt& r, const judged& j) const
{
    correlated c;
    c.duplicate = j.duplicate;
    c.callback_data_json = r.callback_data_json;
    c.campaign = r.campaign;
    if (is_status_of_message(r)) {
        c.link = link::message_id;
        c.message = r.message;
    }
    else if (j.linked) {
        c.link = j.link;
        c.message = message_id::from_key(j.linked->key);
    }
    const message_row* const row = j.message ? j.message : j.linked;
    if (row)
        c.context_json = row->context;
    // A guess is not told as a fact: it lends the event nothing.
    if (row && c.link != link::inferred) {
        if (c.callback_data_json.empty())
            c.callback_data_json = row->state.callback_data.text;
        if (c.campaign.empty())
            c.campaign = row->state.campaign.text;
    }
    if (j.merge)
        c.lifecycle = correlation::view(j.message->state, *j.merge);
    if (j.conversation) {
        c.window_open = correlation::window_open(j.conversation->last_inbound, r.time);
        c.window_expires = correlation::window_expires(j.conversation->last_inbound);
    }
    return c;
}

void correlator::note(const receipt& r, const judged& j, const event& e, timestamp at)
{
    const listed_event listed{e.id, e.sequence, e.time, names_.number_of(e.type)};
    if (j.message && !j.seen_order) {
        j.message->events.append(listed);
        messages_.touch(*j.message, at);
    }
    if (!j.linked || j.link == link::inferred)
        return;
    message_row& row = *j.linked;
    const campaign_counts less = share_of(row.state, row.reply_count);
    ++row.reply_count;
    if (row.replies.size() >= replies_in_row_max)
        row.replies.drop_oldest();
    row.replies.append(listed);
    messages_.touch(row, at);
    const auto& campaign = row.state.campaign.text;
    campaigns_.apply(
        row.name_space, {campaign, campaign, less, share_of(row.state, row.reply_count), r.time}, at
    );
}

void correlator::put_context(
    std::string_view name_space, const message_id& id, std::string_view json, timestamp at
)
{
    message_row& row = messages_.find_or_make(names_.number_of(name_space), id.key(), at);
    row.context = json;
    messages_.touch(row, at);
}

void correlator::flush()
{
    messages_.flush();
    conversations_.flush();
    campaigns_.flush();
}

void correlator::age()
{
    messages_.age();
    conversations_.age();
    campaigns_.age();
}

void correlator::forget()
{
    messages_.forget();
    conversations_.forget();
    campaigns_.forget();
}

}  // namespace webhookd::sqlite
