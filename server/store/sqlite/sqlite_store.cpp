#include "store/sqlite/sqlite_store.hpp"

#include "base/log.hpp"
#include "event/correlated.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sqlite_reader.hpp"

#include <tuple>
#include <utility>

namespace webhookd {

using namespace sqlite;

namespace {

result<database> open_database(const store_settings& settings, database::mode how)
{
    return guarded<database>("the store cannot be opened", [&]() -> result<database> {
        database db{settings.path, how};
        db.keep_log(true);  // until it is known that what it holds can be synced
        const error_code wrong = how == database::mode::read_write
                                     ? prepare_for_writing(db, settings)
                                     : prepare_for_reading(db);
        if (wrong)
            return wrong;
        return db;
    });
}

}  // namespace

result<std::unique_ptr<store>> open_store(const store_settings& settings)
{
    auto lock = lock_file::acquire(settings.path);
    if (!lock)
        return lock.error();
    if (const error_code failed = make_private_file(settings.path))
        return failed;
    auto db = open_database(settings, database::mode::read_write);
    if (!db)
        return db.error();
    using opened = std::unique_ptr<store>;
    return guarded<opened>("the store cannot be opened", [&]() -> result<opened> {
        return std::make_unique<sqlite_store>(settings, std::move(*db), std::move(*lock));
    });
}

result<std::unique_ptr<store_reader>> open_store_reader(const store_settings& settings)
{
    auto db = open_database(settings, database::mode::read_only);
    if (!db)
        return db.error();
    using opened = std::unique_ptr<store_reader>;
    return guarded<opened>("the store cannot be opened", [&]() -> result<opened> {
        return std::make_unique<sqlite_reader>(settings, std::move(*db));
    });
}

}  // namespace webhookd

namespace webhookd::sqlite {

sqlite_store::sqlite_store(const store_settings& settings, database db, lock_file lock)
    : settings_{settings},
      lock_{std::move(lock)},
      db_{std::move(db)},
      names_{db_},
      events_{db_, names_},
      correlator_{
          db_, names_, events_, {settings.correlate, settings.duplicates == duplicates::mark}
      },
      sinks_{db_, names_},
      upkeep_{db_, settings, names_, correlator_}
{
    last_sequence_ =
        static_cast<std::uint64_t>(db_.number("SELECT max(sequence) FROM events").value_or(0));
    committed_sequence_ = last_sequence_;
    take_in_log();
}

sqlite_store::~sqlite_store()
{
    if (!lost())
        return;
    db_.keep_log(true);
    upkeep_.keep_log();
}

// What a crash left in the log may be in the system's memory alone, where a sync failed before it.
void sqlite_store::take_in_log()
{
    try {
        upkeep_.room().checkpoint();
    }
    catch (const sqlite_error& e) {
        if (e.sync_failed())
            throw;
        report("a checkpoint failed", e);
    }
    db_.keep_log(false);
}

void sqlite_store::failed(std::string_view doing, const sqlite_error& e)
{
    lost_ = lost_ || e.sync_failed();
    report(doing, e);
}

// A commit that has to survive power loss is synced; the rest waits for the next one that is.
void sqlite_store::set_durable(bool durable)
{
    if (settings_.durability == durability::os || durable == durable_now_)
        return;
    db_.execute(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    durable_now_ = durable;
}

void sqlite_store::forget()
{
    names_.forget();
    correlator_.forget();
    upkeep_.settle(false);
    last_sequence_ = committed_sequence_;
}

event sqlite_store::make_event(const receipt& r, const correlated& c, timestamp at)
{
    event e;
    e.sequence = ++last_sequence_;
    e.id = r.id;
    e.time = r.time;
    e.recorded = at;
    e.type = r.type;
    e.source = r.to->path;
    e.name_space = r.to->name_space;
    e.partition_key = r.subject.empty() ? event_id_text(r.id) : std::string{r.subject};
    e.customer = r.customer.key();
    e.campaign = c.campaign;
    e.head = render_head(r, c, e.sequence, at);
    e.form = r.form;
    e.body = r.body;
    e.signature = r.signature;
    e.content_type = r.content_type;
    return e;
}

event sqlite_store::take(const receipt& r, const judged& j, timestamp at)
{
    event e = make_event(r, correlator_.describe(r, j), at);
    events_.append(e, j.seen_order);
    if (!j.duplicate)
        correlator_.note(r, j, e, at);
    return e;
}

result<shared_batch> sqlite_store::commit(std::span<commit_entry> entries, timestamp at)
{
    struct made {
        std::size_t entry;
        webhookd::event event;
    };

    std::vector<made> events;
    std::vector<std::pair<bool, sent_gap>> judged_as(entries.size());
    const auto committed = write<void>("a commit failed", true, [&]() -> result<void> {
        if (upkeep_.full())
            return errc::store_full;
        events.reserve(entries.size());
        for (std::size_t i = 0; i < entries.size(); ++i) {
            judged j = correlator_.judge(*entries[i].in, at);
            judged_as[i] = {j.duplicate, j.merge ? j.merge->gap : sent_gap::none};
            if (!j.duplicate || settings_.duplicates == duplicates::mark)
                events.push_back({i, take(*entries[i].in, j, at)});
        }
        correlator_.flush();
        return {};
    });
    if (!committed)
        return committed.error();

    // Durable: only now may the receipts change.
    for (std::size_t i = 0; i < entries.size(); ++i)
        std::tie(entries[i].duplicate, entries[i].gap) = judged_as[i];
    if (events.empty())
        return shared_batch{};
    auto batch = std::make_shared<event_batch>();
    batch->events.reserve(events.size());
    for (made& m : events) {
        m.event.memory = std::move(entries[m.entry].in->memory);
        batch->events.push_back(std::move(m.event));
    }
    return shared_batch{std::move(batch)};
}

result<void> sqlite_store::save_cursors(std::span<const sink_cursor> cursors)
{
    return write<void>("sinks' cursors cannot be saved", false, [&]() -> result<void> {
        sinks_.save(cursors);
        return {};
    });
}

result<void> sqlite_store::forget_sink(std::string_view name)
{
    return write<void>("a sink cannot be forgotten", true, [&]() -> result<void> {
        if (!sinks_.forget(name))
            return errc::not_found;
        return {};
    });
}

result<void> sqlite_store::add_dead_letters(
    std::span<const dead_letter> letters, std::span<const sink_cursor> cursors
)
{
    return write<void>("dead letters cannot be kept", true, [&]() -> result<void> {
        for (const dead_letter& letter : letters)
            sinks_.add(letter);
        sinks_.save(cursors);
        return {};
    });
}

result<std::uint64_t> sqlite_store::drop_dead_letters(const dead_letter_filter& which)
{
    return write<std::uint64_t>("dead letters cannot be dropped", true, [&] {
        return result<std::uint64_t>{sinks_.drop(which)};
    });
}

result<void> sqlite_store::put_context(
    std::string_view name_space, const message_id& id, std::string_view context_json, timestamp at
)
{
    if (id.empty() || context_json.empty())
        return errc::invalid_argument;
    return write<void>("a message's context cannot be kept", true, [&]() -> result<void> {
        correlator_.put_context(name_space, id, context_json, at);
        correlator_.flush();
        return {};
    });
}

bool sqlite_store::upkeep_pending() const noexcept
{
    return upkeep_.pending();
}

store_size sqlite_store::size()
{
    store_size out;
    try {
        out.bytes = upkeep_.room().used();
        out.first_sequence = upkeep_.first_sequence();
    }
    catch (const sqlite_error&) {
        return last_size_;
    }
    out.last_sequence = last_sequence_;
    out.events = out.first_sequence == 0 ? 0 : out.last_sequence - out.first_sequence + 1;
    last_size_ = out;
    return out;
}

}  // namespace webhookd::sqlite
