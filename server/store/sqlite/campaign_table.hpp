#pragma once

#include "correlation/campaign.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/recent_cache.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::sqlite {

/// A row of `campaigns`.
struct campaign_row {
    std::int64_t name_space = 0;
    std::string name;
    timestamp touched{};
    correlation::campaign_counts counts;
    std::optional<timestamp> first_at, last_at;
    bool dirty = false;
};

/// The columns that `read_campaign` wants, in its order.
inline constexpr std::string_view campaign_columns =
    "name_space, name, touched, messages, sent, delivered, read, failed, replies, "
    "failed_by_category, first_at, last_at";

/// Reads the row that `from` stands on.
void read_campaign(statement& from, campaign_row& to);

/// The totals as the queries tell them.
campaign_totals totals_of(const campaign_row& row);

/// The writer's view of `campaigns`: added up in memory, written once a commit.
class campaign_table {
public:
    explicit campaign_table(database& in);

    /// A message's share of its campaign became another. Empty names have no campaign.
    struct change {
        std::string_view before, after;  ///< The campaign it was in, and is in.
        const correlation::campaign_counts& less;
        const correlation::campaign_counts& plus;
        timestamp time;  ///< The event's own.
    };

    void apply(std::int64_t name_space, const change& c, timestamp at);

    void flush();

    void age() { rows_.age(); }

    void forget();
    void erase(std::int64_t name_space, std::string_view name);

private:
    campaign_row& find_or_make(std::int64_t name_space, std::string_view name);
    void touch(campaign_row& row, timestamp at);

    statement select_, replace_, delete_;
    recent_cache<std::string, campaign_row, text_hash, std::equal_to<>> rows_{1024};
    std::vector<campaign_row*> dirty_;
    std::string key_;
};

}  // namespace webhookd::sqlite
