#include "store/sqlite/checkpointer.hpp"

#include <utility>

namespace webhookd::sqlite {

namespace {

// What a commit or two add: a few milliseconds of the writer's time.
constexpr int few_pages = 128;
// Where the log grows as fast as it is copied, the writer has to wait for more of it.
constexpr int rounds_max = 5;

}  // namespace

checkpointer::checkpointer(const std::string& path, run_beside run)
    : database_{path, database::mode::read_write}, run_{std::move(run)}
{
    database_.number("PRAGMA user_version");  // a connection that has read nothing knows of no log
}

void checkpointer::start()
{
    if (state_ != state::idle)
        return;
    state_ = state::copying;
    run_([this] {
        copy();
        state_ = state::finished;
    });
}

void checkpointer::copy()
{
    int before = 0;
    for (int round = 0; round < rounds_max; ++round) {
        int in_log = 0, copied = 0;
        const int code = sqlite3_wal_checkpoint_v2(
            database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied
        );
        const bool held_up = copied < in_log;  // a reader still needs what the file holds
        if (code == SQLITE_IOERR_FSYNC || (code == SQLITE_OK && !sync()))
            sync_failed_ = true;
        if (code != SQLITE_OK || sync_failed_ || held_up || in_log - before < few_pages)
            return;
        before = in_log;
    }
}

// SQLite syncs the file only once the whole log has been copied, which would be in the writer's
// turn (wal.c, walCheckpoint).
bool checkpointer::sync()
{
    sqlite3_file* file = nullptr;
    sqlite3_file_control(database_.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    return file && file->pMethods && file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK;
}

}  // namespace webhookd::sqlite
