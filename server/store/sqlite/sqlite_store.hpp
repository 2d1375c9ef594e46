#pragma once

#include "store/sqlite/correlator.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/event_table.hpp"
#include "store/sqlite/lock_file.hpp"
#include "store/sqlite/names.hpp"
#include "store/sqlite/sink_table.hpp"
#include "store/sqlite/upkeep.hpp"
#include "store/store.hpp"

#include <memory>

namespace webhookd::sqlite {

/// The writing side on SQLite. Every public function is one transaction; one that fails is rolled
/// back, and what memory knows of the tables is thrown away with it.
class sqlite_store final : public store {
public:
    /// `db` is set up by `prepare_for_writing`. @throws sqlite_error
    sqlite_store(const store_settings& settings, database db, lock_file lock);
    ~sqlite_store() override;

    result<shared_batch> commit(std::span<commit_entry> entries, timestamp at) override;
    result<void> save_cursors(std::span<const sink_cursor> cursors) override;
    result<void> forget_sink(std::string_view name) override;
    result<void> add_dead_letters(
        std::span<const dead_letter> letters, std::span<const sink_cursor> cursors
    ) override;
    result<std::uint64_t> drop_dead_letters(const dead_letter_filter& which) override;
    result<void> put_context(
        std::string_view name_space,
        const message_id& id,
        std::string_view context_json,
        timestamp at
    ) override;
    result<shared_batch> upkeep(timestamp at, std::uint64_t low_water) override;
    bool upkeep_pending() const noexcept override;
    bool probe() noexcept override;

    bool lost() const noexcept override { return lost_ || upkeep_.sync_failed(); }

    result<void> lend_thread(run_beside run) override;
    store_size size() override;

private:
    /// Runs `work` in a transaction; what it answers as an error is rolled back as well.
    /// @param durable  Synced to the disk before it returns.
    template <class T, class Work>
    result<T> write(std::string_view doing, bool durable, Work&& work);
    event make_event(const receipt& r, const correlated& c, timestamp at);
    event take(const receipt& r, const judged& j, timestamp at);
    event tell_stuck(const stuck_message& stuck, timestamp at);
    void set_durable(bool durable);
    void take_in_log();
    void failed(std::string_view doing, const sqlite_error& e);
    void forget();

    const store_settings settings_;
    lock_file lock_;
    database db_;
    names names_;
    event_table events_;
    correlator correlator_;
    sink_table sinks_;
    class upkeep upkeep_;
    std::uint64_t last_sequence_ = 0;
    std::uint64_t committed_sequence_ = 0;
    bool durable_now_ = true;
    bool lost_ = false;
    store_size last_size_;
};

template <class T, class Work>
result<T> sqlite_store::write(std::string_view doing, bool durable, Work&& work)
{
    if (lost())
        return errc::store_failed;
    try {
        set_durable(durable);
        transaction t{db_};
        result<T> out = work();
        if (!out) {
            forget();
            return out;
        }
        t.commit();
        committed_sequence_ = last_sequence_;
        correlator_.age();
        upkeep_.settle(true);
        return out;
    }
    catch (const sqlite_error& e) {
        forget();
        failed(doing, e);
        return errc::store_failed;
    }
}

}  // namespace webhookd::sqlite
