#include "store/sqlite/upkeep.hpp"

#include <algorithm>
#include <limits>

namespace webhookd::sqlite {

namespace {

using namespace std::chrono;

constexpr std::uint64_t log_pages_max = 4096;

// What is kept of an event when its body goes.
const std::string stub_columns =
    "sequence, recorded, seen_order, id, time, type, source, name_space, form, partition_key";

}  // namespace

upkeep::upkeep(database& in, const store_settings& settings, names& n, correlator& c)
    : settings_{settings},
      names_{n},
      correlator_{c},
      meta_{in},
      space_{in},
      oldest_{
          in, "SELECT sequence, recorded, seen_order, id FROM events ORDER BY sequence LIMIT ?1"
      },
      delete_event_{in, "DELETE FROM events WHERE sequence = ?1"},
      delete_seen_{in, "DELETE FROM seen WHERE id_order = ?1 AND id = ?2"},
      bodies_{
          in,
          "SELECT sequence, recorded FROM events WHERE sequence > ?1 AND sequence <= ?2 "
          "ORDER BY sequence LIMIT ?3"
      },
      statuses_{
          in,
          "SELECT sequence, recorded, type, source, name_space, partition_key FROM events "
          "WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"
      },
      take_stubs_{
          in,
          "INSERT INTO temp.stubs SELECT " + stub_columns +
              " FROM events WHERE sequence BETWEEN ?1 AND ?2"
      },
      delete_events_{in, "DELETE FROM events WHERE sequence BETWEEN ?1 AND ?2"},
      put_stubs_{
          in, "INSERT INTO events(" + stub_columns + ") SELECT " + stub_columns + " FROM temp.stubs"
      },
      forget_stubs_{in, "DELETE FROM temp.stubs"},
      old_messages_{
          in,
          "SELECT " + std::string{message_columns} +
              " FROM messages WHERE number > ?1 AND number < (SELECT max(number) FROM messages) "
              "ORDER BY number LIMIT ?2"
      },
      old_conversations_{
          in,
          "SELECT number, created, touched FROM conversations WHERE number > ?1 AND "
          "number < (SELECT max(number) FROM conversations) ORDER BY number LIMIT ?2"
      },
      old_campaigns_{
          in,
          "SELECT name_space, name, touched FROM campaigns WHERE (name_space, name) > (?1, ?2) "
          "ORDER BY name_space, name LIMIT ?3"
      },
      first_{in, "SELECT min(sequence) FROM events"}
{
    at_.bodies_to = static_cast<std::uint64_t>(meta_.get("bodies_to").value_or(0));
    if (const auto stuck_to = meta_.get("stuck_to"))
        at_.stuck_to = static_cast<std::uint64_t>(*stuck_to);
    committed_ = at_;
    note_mode();
}

// Statuses that were committed without correlation have their identities in `seen`: they have to be
// looked for there for as long as these live.
void upkeep::note_mode()
{
    constexpr std::int64_t still = std::numeric_limits<std::int64_t>::max();
    const auto until = meta_.get("uncorrelated_until");
    if (!settings_.correlate && until != still)
        meta_.set("uncorrelated_until", still);
    if (!settings_.correlate || !until)
        return;
    uncorrelated_until_ = timestamp{std::chrono::microseconds{*until}};
    correlator_.look_in_seen(true);
}

void upkeep::age_mode(timestamp at)
{
    if (!uncorrelated_until_)
        return;
    if (*uncorrelated_until_ == timestamp::max()) {
        uncorrelated_until_ = at;
        meta_.set("uncorrelated_until", at.time_since_epoch().count());
    }
    else if (at - *uncorrelated_until_ > identity_life(settings_)) {
        uncorrelated_until_.reset();
        correlator_.look_in_seen(false);
        meta_.erase("uncorrelated_until");
    }
}

void upkeep::settle(bool committed)
{
    if (committed) {
        committed_ = at_;
    }
    else {
        at_ = committed_;
        pending_ = false;
        if (checkpointer_ && checkpointer_->finished())
            checkpointer_->finish();
    }
}

void upkeep::prune(timestamp at, std::uint64_t low_water, std::uint64_t last)
{
    const std::uint64_t used = space_.used();
    if (used > settings_.max_size / 10 * 9)
        squeezing_ = true;
    else if (used < settings_.max_size / 20 * 17)
        squeezing_ = false;
    pending_ = prune_events(at, low_water, last);
    pending_ |= prune_bodies(at, low_water, last);
    if (at >= at_.next_pass)
        prune_old(at);
    age_mode(at);
}

bool upkeep::prune_events(timestamp at, std::uint64_t low_water, std::uint64_t last)
{
    struct row {
        std::uint64_t sequence;
        std::optional<std::uint64_t> seen_order;
        std::string id;
    };

    const timestamp horizon = at - identity_life(settings_);
    std::vector<row> old;
    {
        const reset_at_exit reset{oldest_};
        oldest_.bind(1, rows_a_slice);
        while (oldest_.step()) {
            row r{oldest_.number(0), std::nullopt, std::string{oldest_.bytes(3)}};
            if (r.sequence > low_water || r.sequence >= last || oldest_.time(1) >= horizon)
                break;
            if (!oldest_.is_null(2))
                r.seen_order = oldest_.number(2);
            old.push_back(std::move(r));
        }
    }
    for (const row& r : old) {
        delete_event_.bind(1, r.sequence).run();
        if (r.seen_order)
            delete_seen_.bind(1, *r.seen_order).bind_blob(2, r.id).run();
    }
    return old.size() == rows_a_slice;
}

bool upkeep::prune_bodies(timestamp at, std::uint64_t low_water, std::uint64_t last)
{
    // Without pressure, only where bodies are to go sooner than identities.
    if (!squeezing_ && settings_.retention >= identity_least)
        return false;
    const timestamp horizon = squeezing_ ? timestamp::max() : at - settings_.retention;
    std::uint64_t first = 0, to = 0;
    int rows = 0;
    {
        const reset_at_exit reset{bodies_};
        bodies_.bind(1, at_.bodies_to).bind(2, std::min(low_water, last == 0 ? 0 : last - 1));
        bodies_.bind(3, rows_a_slice);
        for (; bodies_.step() && bodies_.time(1) < horizon; ++rows) {
            to = bodies_.number(0);
            first = first == 0 ? to : first;
        }
    }
    if (rows == 0)
        return false;
    // Shrinking a row where it is frees no page; taking it out and putting its stub back does.
    take_stubs_.bind(1, first).bind(2, to).run();
    delete_events_.bind(1, first).bind(2, to).run();
    put_stubs_.run();
    forget_stubs_.run();
    at_.bodies_to = to;
    meta_.set("bodies_to", static_cast<std::int64_t>(to));
    return rows == rows_a_slice;
}

std::vector<stuck_message> upkeep::find_stuck(timestamp at, std::uint64_t last)
{
    std::vector<stuck_message> out;
    if (!settings_.stuck_after || !settings_.correlate)
        return out;
    if (!at_.stuck_to) {
        at_.stuck_to = last;  // what was there before it was switched on is not told
        return out;
    }

    struct row {
        stuck_message found;
        std::int64_t name_space;
        std::string id;
    };

    std::vector<row> sent;
    {
        const reset_at_exit reset{statuses_};
        statuses_.bind(1, *at_.stuck_to).bind(2, rows_a_slice);
        while (statuses_.step() && statuses_.time(1) <= at - *settings_.stuck_after) {
            at_.stuck_to = statuses_.number(0);
            const std::string& type = names_.text_of(statuses_.integer(2));
            if (type.starts_with("ai.") && type.ends_with(".delivery_status.sent"))
                sent.push_back(
                    {{nullptr,
                      type,
                      names_.text_of(statuses_.integer(3)),
                      names_.text_of(statuses_.integer(4))},
                     statuses_.integer(4),
                     std::string{statuses_.bytes(5)}}
                );
        }
    }
    for (row& r : sent) {
        r.found.row = correlator_.messages().find(r.name_space, message_id{r.id}.key());
        if (r.found.row && !r.found.row->stuck_told &&
            r.found.row->state.effective() == delivery_status::sent)
            out.push_back(std::move(r.found));
    }
    return out;
}

void upkeep::save_position()
{
    if (at_.stuck_to && at_.stuck_to != committed_.stuck_to)
        meta_.set("stuck_to", static_cast<std::int64_t>(*at_.stuck_to));
}

void upkeep::checkpoint(timestamp at, std::uint64_t last)
{
    const bool idle = last == checkpoint_last_;
    checkpoint_last_ = last;
    const std::uint64_t most =
        std::min(log_pages_max, settings_.max_size / 16 / space_.page_size());
    if (checkpointer_ && checkpointer_->finished()) {
        checkpointer_->finish();
        space_.checkpoint();
        return;
    }
    const bool grown = space_.log_pages() > most;
    const bool old = idle && space_.log_pages() > 0 && at - checkpoint_at_ > seconds{5};
    if (!grown && !old)
        return;
    // A reader that stands in the way is given a moment, not asked again at once.
    if (at - checkpoint_at_ < milliseconds{50})
        return;
    checkpoint_at_ = at;
    checkpointer_ ? checkpointer_->start() : space_.checkpoint();
}

std::uint64_t upkeep::first_sequence()
{
    const reset_at_exit reset{first_};
    if (!first_.step() || first_.is_null(0))
        return 0;
    return std::max(first_.number(0), at_.bodies_to + 1);
}

}  // namespace webhookd::sqlite
