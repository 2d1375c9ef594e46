#pragma once

#include "store/sqlite/conversation_table.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/message_table.hpp"
#include "store/sqlite/meta_table.hpp"
#include "store/sqlite/names.hpp"
#include "store/store.hpp"

#include <string>

namespace webhookd::sqlite {

/// The reading side on SQLite: a read-only connection with short reads, so that it holds neither
/// the writer nor a checkpoint up.
class sqlite_reader final : public store_reader {
public:
    /// `db` is set up by `prepare_for_reading`. @throws sqlite_error
    sqlite_reader(const store_settings& settings, database db);

    result<std::vector<event>> read_events(
        std::uint64_t after, std::size_t limit, std::size_t bytes_max
    ) override;
    result<std::uint64_t> sequence_at(timestamp t) override;
    result<store_size> size() override;

    result<std::vector<sink_cursor>> cursors() override;
    result<page<dead_letter>> dead_letters(
        const dead_letter_filter& which, std::uint64_t after_number, std::size_t limit
    ) override;
    result<std::vector<std::pair<std::string, std::uint64_t>>> dead_letter_counts() override;

    result<std::optional<message_record>> message(std::string_view name_space, const message_id& id)
        override;
    result<page<message_summary>> messages(const message_query& query) override;
    result<std::optional<conversation_record>> conversation(
        std::string_view name_space,
        std::string_view business,
        std::string_view customer,
        timestamp at
    ) override;
    result<page<campaign_totals>> campaigns(
        std::string_view name_space, std::string_view after, std::size_t limit
    ) override;
    result<std::optional<campaign_totals>> campaign(
        std::string_view name_space, std::string_view name
    ) override;

private:
    std::vector<event_reference> references(const event_list& list);
    page<message_summary> newest_messages(const message_query& query, std::int64_t before);
    page<message_summary> messages_of_customer(const message_query& query, std::int64_t before);
    std::vector<std::int64_t> numbers_of_customer(const message_query& query, std::int64_t before);
    bool read_message_at(std::int64_t number, message_row& row);
    std::uint64_t first_whole();
    std::uint64_t last_sequence();

    const store_settings settings_;
    database db_;
    names names_;
    meta_table meta_;
    statement events_, recorded_, first_, last_, cursors_, letters_, letter_counts_;
    statement message_, message_at_, newest_, conversations_of_, conversation_, conversation_at_;
    statement older_, campaigns_, campaign_;
};

}  // namespace webhookd::sqlite
