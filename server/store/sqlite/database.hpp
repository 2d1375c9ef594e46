#pragma once

#include "base/error.hpp"
#include "base/time.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

/// A thin layer over SQLite's C interface, for this folder alone.
///
/// Inside the folder a failing call throws `sqlite_error`: statements are many, and every one of
/// them may fail on a full disk. The store's own functions catch it once and answer an error code.
namespace webhookd::sqlite {

class sqlite_error : public std::runtime_error {
public:
    sqlite_error(int code, const std::string& what) : std::runtime_error{what}, code_{code} {}

    /// The extended result code.
    int code() const noexcept { return code_; }

    /// store_corrupt for a file that is no store of ours or is damaged; else store_failed.
    errc kind() const noexcept;

    /// Did the system fail to sync?
    bool sync_failed() const noexcept { return code_ == SQLITE_IOERR_FSYNC; }

private:
    int code_;
};

/// One connection. Not for two threads at once.
class database {
public:
    enum class mode { read_write, read_only };

    /// @throws sqlite_error
    database(const std::string& path, mode how);

    /// Runs statements that return nothing.
    void execute(const char* sql);
    /// The first column of the first row, as a number; nullopt where there is no row.
    std::optional<std::int64_t> number(const char* sql);

    /// Is no transaction open?
    bool idle() const noexcept { return sqlite3_get_autocommit(handle_.get()) != 0; }

    /// Rows changed by the last statement.
    int changes() const noexcept { return sqlite3_changes(handle_.get()); }

    sqlite3* handle() const noexcept { return handle_.get(); }

    /// Does closing it leave the log as it is? Else the last one to close takes it into the file.
    void keep_log(bool on) noexcept
    {
        sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 1 : 0, nullptr);
    }

    [[noreturn]] void fail(const char* doing) const;

private:
    struct closer {
        void operator()(sqlite3* p) const noexcept { sqlite3_close_v2(p); }
    };

    std::unique_ptr<sqlite3, closer> handle_;
};

/// A prepared statement. Parameters count from 1, columns from 0. Bound texts and blobs are not
/// copied: they must live until the statement is reset or stepped to its end.
class statement {
public:
    statement() = default;
    statement(database& in, std::string_view sql);

    statement& bind(int at, std::int64_t value);

    statement& bind(int at, std::uint64_t value)
    {
        return bind(at, static_cast<std::int64_t>(value));
    }

    statement& bind(int at, int value) { return bind(at, static_cast<std::int64_t>(value)); }

    statement& bind(int at, timestamp value) { return bind(at, value.time_since_epoch().count()); }

    statement& bind(int at, std::optional<timestamp> value);
    statement& bind_text(int at, std::string_view value);
    statement& bind_blob(int at, std::string_view value);
    /// As `bind_text` and `bind_blob`, but an empty value is bound as NULL.
    statement& bind_text_or_null(int at, std::string_view value);
    statement& bind_blob_or_null(int at, std::string_view value);
    statement& bind_null(int at);

    /// Goes to the next row. @return False: there is none; the statement is reset.
    bool step();
    /// Runs a statement that returns no rows, and resets it.
    void run();

    void reset() noexcept { sqlite3_reset(handle_.get()); }

    std::int64_t integer(int column) { return sqlite3_column_int64(handle_.get(), column); }

    std::uint64_t number(int column) { return static_cast<std::uint64_t>(integer(column)); }

    timestamp time(int column) { return timestamp{std::chrono::microseconds{integer(column)}}; }

    std::optional<timestamp> maybe_time(int column);

    bool is_null(int column) { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

    /// The bytes of a text or blob, valid until the next step. Empty for NULL.
    std::string_view bytes(int column);

private:
    struct finalizer {
        void operator()(sqlite3_stmt* p) const noexcept { sqlite3_finalize(p); }
    };

    [[noreturn]] void fail() const;

    std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

/// Resets a statement at the end of a block that may leave rows unread or throw.
class reset_at_exit {
public:
    explicit reset_at_exit(statement& s) noexcept : statement_{s} {}

    ~reset_at_exit() { statement_.reset(); }

    reset_at_exit(const reset_at_exit&) = delete;
    reset_at_exit& operator=(const reset_at_exit&) = delete;

private:
    statement& statement_;
};

/// A writing transaction: rolled back unless `commit` was reached.
class transaction {
public:
    explicit transaction(database& in);
    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    void commit();

private:
    database& database_;
};

/// Runs `work` and turns what it throws into an error code, with a line in the log for what an
/// operator has to know. `doing` is the beginning of that line.
template <class T, class Work>
result<T> guarded(std::string_view doing, Work&& work);

/// Logs a failure, each `doing` once a second and thread at most, and answers its code.
error_code report(std::string_view doing, const sqlite_error& e);

template <class T, class Work>
result<T> guarded(std::string_view doing, Work&& work)
{
    try {
        return work();
    }
    catch (const sqlite_error& e) {
        return report(doing, e);
    }
}

}  // namespace webhookd::sqlite
