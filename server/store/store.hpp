#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "event/correlated.hpp"
#include "event/event.hpp"
#include "event/receipt.hpp"
#include "store/settings.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Where events are kept, and what is known of messages. The seam: SQLite is the embedded default
/// (store/sqlite); a shared store for several replicas fits behind it.
///
/// Invariants:
///  - what `commit` returned success for survives a crash (by `durability`);
///  - a sequence number is given once, without gaps, in commit order;
///  - an event id is told once for as long as events are retained;
///  - a failed `commit` changes nothing and leaves the receipts as they were;
///  - no key that an event inserts is random: the cost of a commit does not grow with the store.
namespace webhookd {

/// One receipt of a commit, and what became of it.
struct commit_entry {
    receipt* in = nullptr;          ///< After success its `memory` may have moved into the event.
    bool duplicate = false;         ///< Set: its id was known.
    sent_gap gap = sent_gap::none;  ///< Set where it is a status of a message.
};

/// How far a sink has come. Everything up to `low_water` is done; `done_above` is the sink's own
/// record (opaque bytes, at most 64 KiB) of what is done above it.
struct sink_cursor {
    std::string name;
    std::uint64_t low_water = 0;
    std::string done_above;
    std::string state;  ///< The sink's own: breaker, …; opaque, at most 64 KiB.
};

/// An event a sink gave up. Owns a copy of the event, so that retention does not take it away.
struct dead_letter {
    std::uint64_t number = 0;  ///< Counts from 1; 0 in a new one: given by the store.
    std::string sink;
    std::string reason;  ///< lower_snake_case: `gone`, `rejected`, `gave_up`, `dropped`, …
    std::string detail;  ///< One sentence: the last status or error.
    std::uint32_t attempts = 0;
    timestamp first_attempt{};
    timestamp last_attempt{};
    webhookd::event event;  ///< By value: head, body and all.
};

/// Which dead letters: all of a sink, or one by its number.
struct dead_letter_filter {
    std::optional<std::uint64_t> number = {};
    std::string sink = {};    ///< Empty: any.
    std::string reason = {};  ///< Empty: any.
};

struct store_size {
    std::uint64_t bytes = 0;           ///< Database and WAL on disk, less pages free for reuse.
    std::uint64_t events = 0;          ///< Rows held.
    std::uint64_t first_sequence = 0;  ///< Oldest held; 0: none.
    std::uint64_t last_sequence = 0;   ///< Newest ever given; 0: none.
};

/// Has a piece of work run on another thread than the writer's, one at a time.
using run_beside = std::function<void(std::function<void()>)>;

/// The writing side. One object, one thread.
class store {
public:
    virtual ~store() = default;

    /// Dedups, correlates and appends `entries` in one transaction and makes it durable.
    /// @return The new events in order; null where every entry was a duplicate.
    /// @error store_full, store_failed. Nothing was changed.
    virtual result<shared_batch> commit(std::span<commit_entry> entries, timestamp at) = 0;

    /// Saves sinks' cursors (inserts or replaces), durable by the next commit at the latest.
    virtual result<void> save_cursors(std::span<const sink_cursor> cursors) = 0;
    /// Forgets a sink's cursor, so that it holds retention up no longer. @error not_found
    virtual result<void> forget_sink(std::string_view name) = 0;

    /// Adds dead letters and saves the cursors that go with them, in one transaction.
    virtual result<void> add_dead_letters(
        std::span<const dead_letter> letters, std::span<const sink_cursor> cursors
    ) = 0;
    /// @return How many went.
    virtual result<std::uint64_t> drop_dead_letters(const dead_letter_filter& which) = 0;

    /// Registers what the sender knows of a message (design §5, "Sender's context"), before or
    /// after its webhooks. `context_json` is valid JSON.
    virtual result<void> put_context(
        std::string_view name_space,
        const message_id& id,
        std::string_view context_json,
        timestamp at
    ) = 0;

    /// A small slice of upkeep: retention, `max_size`, stuck messages, checkpoint. Never takes
    /// longer than a few milliseconds; called between commits and when idle. `low_water` is the
    /// least cursor of the configured sinks: nothing above it may be pruned.
    /// @return Events of its own making (stuck messages), or null.
    virtual result<shared_batch> upkeep(timestamp at, std::uint64_t low_water) = 0;

    /// Is there work left for another slice of `upkeep` right now?
    virtual bool upkeep_pending() const noexcept = 0;

    /// Lets upkeep that takes long run on another thread; without it all is done in `upkeep`.
    /// Called once, before any commit. Whoever lends the thread ends its work before the store.
    virtual result<void> lend_thread(run_beside run) = 0;

    /// Tries to write after a failure: true when a commit would work again.
    virtual bool probe() noexcept = 0;

    /// Did the system fail to sync? What it could not write it may have forgotten, and it tells so
    /// only once (fsync(2), EIO). From then on all writing is refused. What was committed is in the
    /// log: the store has to be opened by a new process, which takes it from there.
    virtual bool lost() const noexcept = 0;

    virtual store_size size() = 0;
};

/// A message as the queries tell it.
struct message_summary {
    message_id id;
    std::string business_id;
    std::string customer_json;       ///< `{"id":…,"name":…,"user_id":…,"phone_number":…}`
    std::string callback_data_json;  ///< Empty: null.
    std::string campaign;            ///< Empty: null.
    std::string context_json;        ///< Empty: null.
    lifecycle_view lifecycle;
    std::string error_json;  ///< Empty: null.
};

struct event_reference {
    bits128 id{};
    std::uint64_t sequence = 0;
    timestamp time{};
    std::string type;
};

struct message_record {
    message_summary summary;
    std::vector<event_reference> replies;
    std::vector<event_reference> events;
};

struct message_query {
    std::string name_space = "default";
    std::string customer = {};                   ///< Empty: any.
    std::string campaign = {};                   ///< Empty: any.
    std::optional<delivery_status> status = {};  ///< None: any.
    std::string after = {};  ///< The cursor that a page before gave; empty: newest.
    std::size_t limit = 100;
};

template <class T>
struct page {
    std::vector<T> items;
    std::string next;  ///< Cursor of the next page; empty: there is none.
};

struct conversation_record {
    std::string business_id;
    std::string customer_json;
    bool window_open = false;
    std::optional<timestamp> window_expires;
    std::optional<timestamp> last_inbound, last_outbound;
    std::vector<message_summary> messages;  ///< The newest outbound ones, at most 50.
};

struct campaign_totals {
    std::string name;
    std::uint64_t messages = 0;                       ///< Distinct messages seen.
    std::uint64_t sent = 0, delivered = 0, read = 0;  ///< Messages that ever had the status.
    std::uint64_t failed = 0;                         ///< Effective status delivery_failed.
    std::vector<std::pair<error_category, std::uint64_t>> failed_by_category;
    std::uint64_t replies = 0;
    std::optional<timestamp> first_at, last_at;
};

/// The reading side: a connection of its own, so it never waits for the writer. One thread each.
class store_reader {
public:
    virtual ~store_reader() = default;

    /// Events with a sequence above `after`, oldest first, up to both limits, at least one where
    /// there is one.
    virtual result<std::vector<event>> read_events(
        std::uint64_t after, std::size_t limit, std::size_t bytes_max
    ) = 0;
    /// The first sequence whose event was recorded at or after `t`; last + 1 where none was.
    virtual result<std::uint64_t> sequence_at(timestamp t) = 0;
    virtual result<store_size> size() = 0;

    virtual result<std::vector<sink_cursor>> cursors() = 0;
    virtual result<page<dead_letter>> dead_letters(
        const dead_letter_filter& which, std::uint64_t after_number, std::size_t limit
    ) = 0;
    /// Waiting dead letters by sink.
    virtual result<std::vector<std::pair<std::string, std::uint64_t>>> dead_letter_counts() = 0;

    /// @error invalid_argument  The cursor is not one of ours.
    virtual result<std::optional<message_record>> message(
        std::string_view name_space, const message_id& id
    ) = 0;
    virtual result<page<message_summary>> messages(const message_query& query) = 0;
    virtual result<std::optional<conversation_record>> conversation(
        std::string_view name_space,
        std::string_view business,
        std::string_view customer,
        timestamp at
    ) = 0;
    virtual result<page<campaign_totals>> campaigns(
        std::string_view name_space, std::string_view after, std::size_t limit
    ) = 0;
    virtual result<std::optional<campaign_totals>> campaign(
        std::string_view name_space, std::string_view name
    ) = 0;
};

/// Opens or makes the SQLite store. Readers open the same path after it.
/// @error store_locked, store_corrupt, store_failed
result<std::unique_ptr<store>> open_store(const store_settings& settings);
result<std::unique_ptr<store_reader>> open_store_reader(const store_settings& settings);

}  // namespace webhookd
