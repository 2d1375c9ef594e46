#include "store/sqlite/campaign_table.hpp"

#include "store/sqlite/encoding.hpp"

namespace webhookd::sqlite {

namespace {

const std::string columns{campaign_columns};

void make_key(std::string& out, std::int64_t name_space, std::string_view name)
{
    out.clear();
    put_signed(out, name_space);
    out.append(name);
}

}  // namespace

void read_campaign(statement& from, campaign_row& to)
{
    to.name_space = from.integer(0);
    to.name = from.bytes(1);
    to.touched = from.time(2);
    auto& c = to.counts;
    c.messages = from.integer(3);
    c.sent = from.integer(4);
    c.delivered = from.integer(5);
    c.read = from.integer(6);
    c.failed = from.integer(7);
    c.replies = from.integer(8);
    list_reader categories{from.bytes(9)};
    for (std::int64_t& n : c.failed_by_category)
        n = categories.signed_number();
    to.first_at = from.maybe_time(10);
    to.last_at = from.maybe_time(11);
}

campaign_totals totals_of(const campaign_row& row)
{
    const auto count = [](std::int64_t n) { return static_cast<std::uint64_t>(n < 0 ? 0 : n); };
    campaign_totals out;
    out.name = row.name;
    out.messages = count(row.counts.messages);
    out.sent = count(row.counts.sent);
    out.delivered = count(row.counts.delivered);
    out.read = count(row.counts.read);
    out.failed = count(row.counts.failed);
    out.replies = count(row.counts.replies);
    for (std::size_t i = 0; i < correlation::category_count; ++i)
        if (row.counts.failed_by_category[i] > 0)
            out.failed_by_category.emplace_back(
                static_cast<error_category>(i), count(row.counts.failed_by_category[i])
            );
    out.first_at = row.first_at;
    out.last_at = row.last_at;
    return out;
}

campaign_table::campaign_table(database& in)
    : select_{in, "SELECT " + columns + " FROM campaigns WHERE name_space = ?1 AND name = ?2"},
      replace_{
          in,
          "INSERT OR REPLACE INTO campaigns(" + columns +
              ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)"
      },
      delete_{in, "DELETE FROM campaigns WHERE name_space = ?1 AND name = ?2"}
{
}

campaign_row& campaign_table::find_or_make(std::int64_t name_space, std::string_view name)
{
    make_key(key_, name_space, name);
    if (campaign_row* const known = rows_.find(std::string_view{key_}))
        return *known;
    auto row = std::make_unique<campaign_row>();
    const reset_at_exit reset{select_};
    if (select_.bind(1, name_space).bind_text(2, name).step())
        read_campaign(select_, *row);
    row->name_space = name_space;
    row->name = name;
    return rows_.put(key_, std::move(row));
}

void campaign_table::touch(campaign_row& row, timestamp at)
{
    row.touched = at;
    if (row.dirty)
        return;
    row.dirty = true;
    dirty_.push_back(&row);
}

void campaign_table::apply(std::int64_t name_space, const change& c, timestamp at)
{
    if (c.before == c.after && c.less == c.plus)
        return;
    if (!c.before.empty()) {
        campaign_row& row = find_or_make(name_space, c.before);
        row.counts -= c.less;
        touch(row, at);
    }
    if (!c.after.empty()) {
        campaign_row& row = find_or_make(name_space, c.after);
        row.counts += c.plus;
        if (!row.first_at || c.time < *row.first_at)
            row.first_at = c.time;
        if (!row.last_at || c.time > *row.last_at)
            row.last_at = c.time;
        touch(row, at);
    }
}

void campaign_table::flush()
{
    std::string categories;
    for (campaign_row* row : dirty_) {
        row->dirty = false;
        // A message may have been counted here only until an earlier status named its campaign.
        if (row->counts == correlation::campaign_counts{}) {
            delete_.bind(1, row->name_space).bind_text(2, row->name).run();
            make_key(key_, row->name_space, row->name);
            rows_.erase(std::string_view{key_});
            continue;
        }
        const auto& c = row->counts;
        categories.clear();
        for (const std::int64_t n : c.failed_by_category)
            put_signed(categories, n);
        replace_.bind(1, row->name_space).bind_text(2, row->name).bind(3, row->touched);
        replace_.bind(4, c.messages).bind(5, c.sent).bind(6, c.delivered).bind(7, c.read);
        replace_.bind(8, c.failed).bind(9, c.replies).bind_blob(10, categories);
        replace_.bind(11, row->first_at).bind(12, row->last_at).run();
    }
    dirty_.clear();
}

void campaign_table::forget()
{
    dirty_.clear();
    rows_.clear();
}

void campaign_table::erase(std::int64_t name_space, std::string_view name)
{
    delete_.bind(1, name_space).bind_text(2, name).run();
    make_key(key_, name_space, name);
    rows_.erase(std::string_view{key_});
}

}  // namespace webhookd::sqlite
