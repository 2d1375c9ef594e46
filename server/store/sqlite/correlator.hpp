#pragma once

#include "event/correlated.hpp"
#include "event/receipt.hpp"
#include "store/sqlite/campaign_table.hpp"
#include "store/sqlite/conversation_table.hpp"
#include "store/sqlite/event_table.hpp"
#include "store/sqlite/message_table.hpp"
#include "store/sqlite/names.hpp"

#include <cstdint>
#include <optional>

namespace webhookd::sqlite {

/// What is known of a receipt before it is told.
struct judged {
    bool duplicate = false;
    /// The order its identity has in `seen`; none: it is kept in its message's row, or is a repeat.
    std::optional<std::uint64_t> seen_order;
    std::int64_t name_space = 0;

    message_row* message = nullptr;            ///< Of a delivery status.
    std::optional<correlation::merged> merge;  ///< What the status did to it.
    conversation_row* conversation = nullptr;  ///< Null: the receipt names no customer.
    message_row* linked = nullptr;             ///< The message an inbound one belongs to.
    webhookd::link link = webhookd::link::none;
};

/// Design §5 in the writer's transaction: takes receipts one after another, changes the rows they
/// concern (in memory; the tables are flushed once a commit), and says what their events tell.
class correlator {
public:
    struct settings {
        bool correlate = true;
        bool mark_duplicates = false;
    };

    correlator(database& in, names& n, event_table& events, settings s);

    /// Takes a receipt in: is it new, and what does it belong to?
    judged judge(const receipt& r, timestamp at);

    /// What its event tells.
    correlated describe(const receipt& r, const judged& j) const;

    /// Notes the event that was made of it in the rows it belongs to. Not for repeats.
    void note(const receipt& r, const judged& j, const event& e, timestamp at);

    /// Joins what the sender knows with the message, whether or not that is known yet.
    void put_context(
        std::string_view name_space, const message_id& id, std::string_view json, timestamp at
    );

    void flush();
    void age();
    void forget();

    message_table& messages() noexcept { return messages_; }

    conversation_table& conversations() noexcept { return conversations_; }

    campaign_table& campaigns() noexcept { return campaigns_; }

    /// Identities of statuses may be in `seen` because correlation was off for a while.
    void look_in_seen(bool also) noexcept { statuses_in_seen_ = also; }

private:
    void judge_status(const receipt& r, judged& j, timestamp at);
    void judge_other(const receipt& r, judged& j, timestamp at);
    bool known_status(const receipt& r, judged& j);
    void link_inbound(const receipt& r, judged& j);
    void keep_alive(conversation_row* row, timestamp at);
    conversation_row* conversation_of(const receipt& r, const judged& j, timestamp at);

    names& names_;
    event_table& events_;
    const settings settings_;
    message_table messages_;
    conversation_table conversations_;
    campaign_table campaigns_;
    bool statuses_in_seen_ = false;
    bool statuses_in_messages_ = false;  ///< Correlation is off, but was on.
};

}  // namespace webhookd::sqlite
