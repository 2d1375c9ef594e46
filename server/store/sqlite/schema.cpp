#include "store/sqlite/schema.hpp"

#include "base/log.hpp"

#include <string>

namespace webhookd::sqlite {

namespace {

constexpr const char* tables = R"sql(
-- Constants by number: namespaces, endpoints' paths, event types.
CREATE TABLE names(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

-- What the store remembers of itself.
CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

-- Written to find out whether writing works again.
CREATE TABLE probe(id INTEGER PRIMARY KEY, filler BLOB);

-- The log. A row without a head is a stub: its body was pruned, its identity is still known.
CREATE TABLE events(
    sequence INTEGER PRIMARY KEY, recorded INTEGER NOT NULL, seen_order INTEGER, id BLOB NOT NULL,
    time INTEGER NOT NULL, type INTEGER NOT NULL, source INTEGER NOT NULL,
    name_space INTEGER NOT NULL, form INTEGER NOT NULL, partition_key TEXT NOT NULL,
    customer TEXT, campaign TEXT, content_type TEXT, signature TEXT, head BLOB, body BLOB);

-- Identities of events that are not kept in a message's row.
CREATE TABLE seen(id_order INTEGER NOT NULL, id BLOB NOT NULL, PRIMARY KEY(id_order, id))
    WITHOUT ROWID;

-- Outbound messages. Times are microseconds since the epoch.
CREATE TABLE messages(
    number INTEGER PRIMARY KEY, created INTEGER NOT NULL, touched INTEGER NOT NULL,
    name_space INTEGER NOT NULL, id BLOB NOT NULL, conversation INTEGER NOT NULL,
    status INTEGER NOT NULL, campaign TEXT, state BLOB NOT NULL, context TEXT, events BLOB,
    replies BLOB);
CREATE UNIQUE INDEX messages_by_id ON messages(name_space, id);

-- (business, customer) pairs, and the names that lead to them.
CREATE TABLE conversations(
    number INTEGER PRIMARY KEY, created INTEGER NOT NULL, touched INTEGER NOT NULL,
    name_space INTEGER NOT NULL, business TEXT NOT NULL, business_id TEXT NOT NULL,
    customer_json TEXT, customer_at INTEGER, user_id TEXT, user_id_at INTEGER,
    last_inbound INTEGER, last_outbound INTEGER, names BLOB NOT NULL, messages BLOB);
CREATE TABLE conversation_names(
    name_space INTEGER NOT NULL, customer TEXT NOT NULL, business TEXT NOT NULL,
    conversation INTEGER NOT NULL, PRIMARY KEY(name_space, customer, business)) WITHOUT ROWID;
-- What no longer fits into a conversation's own list of its messages.
CREATE TABLE older_messages(
    conversation INTEGER NOT NULL, callback INTEGER NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY(conversation, callback, number)) WITHOUT ROWID;

CREATE TABLE campaigns(
    name_space INTEGER NOT NULL, name TEXT NOT NULL, touched INTEGER NOT NULL,
    messages INTEGER NOT NULL, sent INTEGER NOT NULL, delivered INTEGER NOT NULL,
    read INTEGER NOT NULL, failed INTEGER NOT NULL, replies INTEGER NOT NULL,
    failed_by_category BLOB, first_at INTEGER, last_at INTEGER,
    PRIMARY KEY(name_space, name)) WITHOUT ROWID;

CREATE TABLE sinks(name TEXT PRIMARY KEY, low_water INTEGER NOT NULL, done_above BLOB, state BLOB)
    WITHOUT ROWID;
CREATE TABLE dead_letters(
    number INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, reason TEXT NOT NULL,
    detail TEXT NOT NULL, attempts INTEGER NOT NULL, first_attempt INTEGER NOT NULL,
    last_attempt INTEGER NOT NULL, sequence INTEGER NOT NULL, recorded INTEGER NOT NULL,
    id BLOB NOT NULL, time INTEGER NOT NULL, type INTEGER NOT NULL, source INTEGER NOT NULL,
    name_space INTEGER NOT NULL, form INTEGER NOT NULL, partition_key TEXT NOT NULL,
    customer TEXT, campaign TEXT, content_type TEXT, signature TEXT, head BLOB, body BLOB);
CREATE INDEX dead_letters_by_sink ON dead_letters(sink, number);
)sql";

// Chosen by tests/bench/store_bench.cpp; the figures are in README.md.
constexpr const char* writer_settings = R"sql(
PRAGMA cache_size = -8192;
PRAGMA mmap_size = 0;
PRAGMA wal_autocheckpoint = 0;
PRAGMA journal_size_limit = 134217728;
PRAGMA secure_delete = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA foreign_keys = OFF;
CREATE TEMP TABLE stubs(
    sequence INTEGER PRIMARY KEY, recorded, seen_order, id, time, type, source, name_space, form,
    partition_key);
)sql";

error_code refuse(std::string_view why)
{
    log::error("the store is refused", {{"error.message", why}});
    return errc::store_corrupt;
}

error_code check_version(database& db)
{
    const std::int64_t owner = db.number("PRAGMA application_id").value_or(0);
    if (owner != application_id)
        return refuse("the file is an SQLite database of another program");
    const std::int64_t version = db.number("PRAGMA user_version").value_or(0);
    if (version > schema_version)
        return refuse(
            "the store was written by a newer version (schema " + std::to_string(version) +
            ", this one knows " + std::to_string(schema_version) + "): run that version, or newer"
        );
    if (version != schema_version)
        return refuse("the store's schema version " + std::to_string(version) + " is unknown");
    return {};
}

bool is_new(database& db)
{
    return db.number("SELECT count(*) FROM sqlite_schema").value_or(0) == 0 &&
           db.number("PRAGMA application_id").value_or(0) == 0 &&
           db.number("PRAGMA user_version").value_or(0) == 0;
}

}  // namespace

error_code prepare_for_writing(database& db, const store_settings& settings)
{
    db.execute("PRAGMA page_size = 8192");  // of a new file only
    db.execute("PRAGMA journal_mode = WAL");
    db.execute(writer_settings);
    db.execute(
        settings.durability == durability::fsync ? "PRAGMA synchronous = FULL"
                                                 : "PRAGMA synchronous = NORMAL"
    );
    if (is_new(db)) {
        transaction t{db};
        db.execute(tables);
        db.execute(("PRAGMA application_id = " + std::to_string(application_id)).c_str());
        db.execute(("PRAGMA user_version = " + std::to_string(schema_version)).c_str());
        t.commit();
    }
    return check_version(db);
}

error_code prepare_for_reading(database& db)
{
    db.execute("PRAGMA query_only = ON");
    db.execute("PRAGMA cache_size = -8192");
    db.execute("PRAGMA mmap_size = 0");
    return check_version(db);
}

}  // namespace webhookd::sqlite
