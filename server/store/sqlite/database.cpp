#include "store/sqlite/database.hpp"

#include "base/log.hpp"

#include <chrono>
#include <functional>
#include <map>

namespace webhookd::sqlite {

namespace {

// A full disk fails ten times a second: one line in a while says as much.
constexpr std::chrono::seconds report_every{1};

// SQLite's own memory statistics take a lock an allocation. Must be set before its first use.
void configure_once()
{
    [[maybe_unused]] static const int configured = [] {
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        return sqlite3_initialize();
    }();
}

}  // namespace

errc sqlite_error::kind() const noexcept
{
    const int primary = code_ & 0xff;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ? errc::store_corrupt
                                                                 : errc::store_failed;
}

error_code report(std::string_view doing, const sqlite_error& e)
{
    using clock = std::chrono::steady_clock;

    struct line {
        std::optional<clock::time_point> at;
        std::uint64_t suppressed = 0;
    };

    // Each thread has connections of its own. `doing` is one of a few texts.
    thread_local std::map<std::string, line, std::less<>> lines;
    line& last = lines[std::string{doing}];
    const auto now = clock::now();
    if (last.at && now - *last.at < report_every) {
        ++last.suppressed;
        return e.kind();
    }
    log::error(
        doing,
        {{"error.message", std::string_view{e.what()}},
         {"sqlite.code", e.code()},
         {"suppressed", last.suppressed}}
    );
    last = {now, 0};
    return e.kind();
}

database::database(const std::string& path, mode how)
{
    configure_once();
    const int flags = (how == mode::read_only ? SQLITE_OPEN_READONLY
                                              : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                      SQLITE_OPEN_NOMUTEX;
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    handle_.reset(opened);
    if (code != SQLITE_OK)
        fail("open");
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_timeout(opened, 5000);
    // A row of `events` is assembled in one piece: with slots as large as most, without malloc.
    sqlite3_db_config(opened, SQLITE_DBCONFIG_LOOKASIDE, nullptr, 4096, 64);
}

void database::execute(const char* sql)
{
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(sql);
}

std::optional<std::int64_t> database::number(const char* sql)
{
    statement s{*this, sql};
    if (!s.step() || s.is_null(0))
        return std::nullopt;
    return s.integer(0);
}

void database::fail(const char* doing) const
{
    if (!handle_)
        throw sqlite_error{SQLITE_NOMEM, "no memory for a connection"};
    const int code = sqlite3_extended_errcode(handle_.get());
    throw sqlite_error{code, std::string{sqlite3_errmsg(handle_.get())} + " (" + doing + ")"};
}

statement::statement(database& in, std::string_view sql)
{
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(
        in.handle(),
        sql.data(),
        static_cast<int>(sql.size()),
        SQLITE_PREPARE_PERSISTENT,
        &made,
        nullptr
    );
    handle_.reset(made);
    if (code != SQLITE_OK)
        in.fail("prepare");
}

void statement::fail() const
{
    sqlite3* const in = sqlite3_db_handle(handle_.get());
    const int code = sqlite3_extended_errcode(in);
    std::string what = sqlite3_errmsg(in);
    what.append(" (").append(sqlite3_sql(handle_.get())).append(")");
    sqlite3_reset(handle_.get());
    throw sqlite_error{code, what};
}

statement& statement::bind(int at, std::int64_t value)
{
    if (sqlite3_bind_int64(handle_.get(), at, value) != SQLITE_OK)
        fail();
    return *this;
}

statement& statement::bind(int at, std::optional<timestamp> value)
{
    return value ? bind(at, *value) : bind_null(at);
}

statement& statement::bind_text(int at, std::string_view value)
{
    const char* const text = value.data() ? value.data() : "";
    if (sqlite3_bind_text64(handle_.get(), at, text, value.size(), SQLITE_STATIC, SQLITE_UTF8) !=
        SQLITE_OK)
        fail();
    return *this;
}

statement& statement::bind_blob(int at, std::string_view value)
{
    const char* const bytes = value.data() ? value.data() : "";
    if (sqlite3_bind_blob64(handle_.get(), at, bytes, value.size(), SQLITE_STATIC) != SQLITE_OK)
        fail();
    return *this;
}

statement& statement::bind_text_or_null(int at, std::string_view value)
{
    return value.empty() ? bind_null(at) : bind_text(at, value);
}

statement& statement::bind_blob_or_null(int at, std::string_view value)
{
    return value.empty() ? bind_null(at) : bind_blob(at, value);
}

statement& statement::bind_null(int at)
{
    if (sqlite3_bind_null(handle_.get(), at) != SQLITE_OK)
        fail();
    return *this;
}

bool statement::step()
{
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        fail();
    sqlite3_reset(handle_.get());
    return false;
}

void statement::run()
{
    while (step()) {
    }
}

std::optional<timestamp> statement::maybe_time(int column)
{
    if (is_null(column))
        return std::nullopt;
    return time(column);
}

std::string_view statement::bytes(int column)
{
    const void* const data = sqlite3_column_blob(handle_.get(), column);
    if (!data)
        return {};
    return {
        static_cast<const char*>(data),
        static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))
    };
}

transaction::transaction(database& in) : database_{in}
{
    database_.execute("BEGIN IMMEDIATE");
}

transaction::~transaction()
{
    // Some failures roll back by themselves.
    if (!database_.idle())
        sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void transaction::commit()
{
    database_.execute("COMMIT");
}

}  // namespace webhookd::sqlite
