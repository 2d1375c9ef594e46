#pragma once

#include "store/settings.hpp"
#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/correlator.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/meta_table.hpp"
#include "store/sqlite/names.hpp"
#include "store/sqlite/space.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::sqlite {

/// How many rows one slice looks at.
inline constexpr int rows_a_slice = 250;

/// A repeat is recognised for at least as long (design §1).
inline constexpr std::chrono::hours identity_least{7 * 24};

/// How long the rows live that identities are kept in.
inline std::chrono::microseconds identity_life(const store_settings& s)
{
    return std::max<std::chrono::microseconds>(s.retention, identity_least);
}

/// A message that was sent and of which nothing more was heard.
struct stuck_message {
    message_row* row = nullptr;
    std::string sent_type;  ///< The type of its `sent` event.
    std::string source;
    std::string name_space;
};

/// What happens beside the commits, in slices of a few hundred rows (milliseconds): retention,
/// `max_size`, pruned messages, checkpoints, and the search for stuck messages. Each function runs
/// in the caller's transaction, but for `checkpoint`.
class upkeep {
public:
    upkeep(database& in, const store_settings& settings, names& n, correlator& c);

    /// Is there work left for another slice right now?
    bool pending() const noexcept
    {
        return pending_ || (checkpointer_ && checkpointer_->finished());
    }

    /// From now on the log is copied beside the commits.
    void copy_beside(run_beside run) { checkpointer_.emplace(settings_.path, std::move(run)); }

    /// Did the system fail to sync the file?
    bool sync_failed() const noexcept { return checkpointer_ && checkpointer_->sync_failed(); }

    /// Closing the store leaves the log as it is.
    void keep_log() noexcept
    {
        if (checkpointer_)
            checkpointer_->keep_log();
    }

    /// Is the store at its maximum size?
    bool full() { return space_.used() >= settings_.max_size; }

    /// Prunes a slice of events and of what else is older than its horizon.
    /// @param last  The newest sequence; it is never pruned, so that numbers are never given twice.
    void prune(timestamp at, std::uint64_t low_water, std::uint64_t last);

    /// A slice of the search for stuck messages: those whose `sent` event was recorded longer ago
    /// than `stuck_after`, which is found by going through the events once, that far behind.
    std::vector<stuck_message> find_stuck(timestamp at, std::uint64_t last);

    /// Writes down how far the search has come.
    void save_position();

    /// Has the log taken into the file where it has grown, or where nothing else has been going on;
    /// what of it is the writer's turn it does at once.
    void checkpoint(timestamp at, std::uint64_t last);

    /// The first sequence whose event is whole.
    std::uint64_t first_sequence();

    space& room() noexcept { return space_; }

    /// After a commit or a rollback.
    void settle(bool committed);

private:
    bool prune_events(timestamp at, std::uint64_t low_water, std::uint64_t last);
    bool prune_bodies(timestamp at, std::uint64_t low_water, std::uint64_t last);
    bool prune_messages(timestamp horizon);
    bool prune_conversations(timestamp horizon);
    bool prune_campaigns(timestamp horizon);
    void prune_old(timestamp at);
    void note_mode();
    void age_mode(timestamp at);

    struct position {
        std::uint64_t bodies_to = 0;            ///< Bodies up to this sequence are gone.
        std::optional<std::uint64_t> stuck_to;  ///< Searched for stuck messages up to here.
        std::int64_t messages_to = 0;           ///< Of the running pass; 0: it begins.
        std::int64_t conversations_to = 0;
        std::int64_t campaign_space = 0;
        std::string campaign_name;
        timestamp next_pass{};  ///< When old messages are looked for again.
        int stage = 0;          ///< Of the pass: messages, conversations, campaigns.
    };

    const store_settings settings_;
    names& names_;
    correlator& correlator_;
    meta_table meta_;
    space space_;
    std::optional<checkpointer> checkpointer_;
    statement oldest_, delete_event_, delete_seen_, bodies_, statuses_;
    statement take_stubs_, delete_events_, put_stubs_, forget_stubs_;
    statement old_messages_, old_conversations_, old_campaigns_;
    statement first_;
    position at_, committed_;
    timestamp checkpoint_at_{};
    std::uint64_t checkpoint_last_ = 0;
    /// Correlation was off for a while, until then; the greatest time while it still is.
    std::optional<timestamp> uncorrelated_until_;
    bool squeezing_ = false;  ///< Over nine tenths of `max_size`: bodies go before their time.
    bool pending_ = false;
};

}  // namespace webhookd::sqlite
