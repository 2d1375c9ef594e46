// What the reading side tells of messages, conversations and campaigns.
#include "base/encoding.hpp"
#include "store/sqlite/campaign_table.hpp"
#include "store/sqlite/sqlite_reader.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <tuple>

namespace webhookd::sqlite {

namespace {

constexpr std::size_t page_max = 1000;
// A page of a filtered list looks at no more rows than this, and may so be short or empty though
// there is a next one.
constexpr std::int64_t rows_a_page = 20'000;
constexpr std::size_t older_max = 100'000;

message_summary summary_of(const message_row& row)
{
    message_summary out;
    out.id = message_id::from_key(row.key);
    out.business_id = row.state.business.text;
    out.customer_json = row.state.customer.text;
    out.callback_data_json = row.state.callback_data.text;
    out.campaign = row.state.campaign.text;
    out.context_json = row.context;
    out.lifecycle = correlation::view(row.state, {});
    out.error_json = row.state.error.text;
    return out;
}

// Cursors: a letter for the list, and where it goes on.
std::string message_cursor(std::int64_t number)
{
    return "m" + std::to_string(number);
}

std::optional<std::int64_t> parse_message_cursor(std::string_view cursor)
{
    std::int64_t out = 0;
    if (!cursor.starts_with('m'))
        return std::nullopt;
    cursor.remove_prefix(1);
    const auto [end, failed] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), out);
    if (failed != std::errc{} || end != cursor.data() + cursor.size() || out < 1)
        return std::nullopt;
    return out;
}

std::string campaign_cursor(std::string_view name)
{
    std::string out = "c";
    append_hex(out, as_bytes(name));
    return out;
}

std::optional<std::string> parse_campaign_cursor(std::string_view cursor)
{
    std::string out;
    if (!cursor.starts_with('c') || cursor.size() % 2 == 0)
        return std::nullopt;
    for (std::size_t i = 1; i < cursor.size(); i += 2) {
        unsigned value = 0;
        const char* const end = cursor.data() + i + 2;
        if (std::from_chars(cursor.data() + i, end, value, 16).ptr != end)
            return std::nullopt;
        out += static_cast<char>(value);
    }
    return out;
}

bool wanted(const message_row& row, const message_query& query)
{
    return (query.campaign.empty() || row.state.campaign.text == query.campaign) &&
           (!query.status || row.state.effective() == *query.status);
}

}  // namespace

std::vector<event_reference> sqlite_reader::references(const event_list& list)
{
    std::vector<event_reference> out;
    for (const listed_event& e : list.entries())
        out.push_back({e.id, e.sequence, e.time, names_.text_of(e.type)});
    return out;
}

bool sqlite_reader::read_message_at(std::int64_t number, message_row& row)
{
    const reset_at_exit reset{message_at_};
    if (!message_at_.bind(1, number).step())
        return false;
    read_message(message_at_, row);
    return true;
}

result<std::optional<message_record>> sqlite_reader::message(
    std::string_view name_space, const message_id& id
)
{
    using found = std::optional<message_record>;
    return guarded<found>("a message cannot be read", [&]() -> result<found> {
        const reset_at_exit reset{message_};
        message_.bind(1, names_.find(name_space)).bind_blob(2, id.key());
        if (!message_.step())
            return found{};
        message_row row;
        read_message(message_, row);
        return found{
            message_record{summary_of(row), references(row.replies), references(row.events)}
        };
    });
}

result<page<message_summary>> sqlite_reader::messages(const message_query& query)
{
    using list = page<message_summary>;
    std::int64_t before = INT64_MAX;
    if (!query.after.empty()) {
        const auto at = parse_message_cursor(query.after);
        if (!at)
            return errc::invalid_argument;
        before = *at;
    }
    return guarded<list>("messages cannot be read", [&]() -> result<list> {
        return query.customer.empty() ? newest_messages(query, before)
                                      : messages_of_customer(query, before);
    });
}

page<message_summary> sqlite_reader::newest_messages(
    const message_query& query, std::int64_t before
)
{
    page<message_summary> out;
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, page_max);
    before = std::min(before, db_.number("SELECT max(number) FROM messages").value_or(0) + 1);
    const std::int64_t least = std::max<std::int64_t>(before - rows_a_page, 1);
    const reset_at_exit reset{newest_};
    newest_.bind(1, before).bind(2, least).bind(3, names_.find(query.name_space));
    newest_.bind_text_or_null(4, query.campaign);
    query.status ? newest_.bind(5, static_cast<int>(*query.status)) : newest_.bind_null(5);
    newest_.bind(6, limit);
    std::int64_t reached = least;
    while (newest_.step()) {
        message_row row;
        read_message(newest_, row);
        out.items.push_back(summary_of(row));
        if (out.items.size() == limit)
            reached = row.number;
    }
    const auto first = db_.number("SELECT min(number) FROM messages");
    if (first && *first < reached)
        out.next = message_cursor(reached);
    return out;
}

std::vector<std::int64_t> sqlite_reader::numbers_of_customer(
    const message_query& query, std::int64_t before
)
{
    std::vector<std::int64_t> conversations, out;
    const reset_at_exit reset_names{conversations_of_};
    conversations_of_.bind(1, names_.find(query.name_space)).bind_text(2, query.customer);
    while (conversations_of_.step())
        conversations.push_back(conversations_of_.integer(0));
    for (const std::int64_t number : conversations) {
        const reset_at_exit reset{conversation_at_};
        conversation_row row;
        if (conversation_at_.bind(1, number).step())
            read_conversation(conversation_at_, row);
        for (const auto& m : row.messages)
            if (static_cast<std::int64_t>(m.number) < before)
                out.push_back(static_cast<std::int64_t>(m.number));
        const reset_at_exit reset_older{older_};
        older_.bind(1, number).bind(2, before).bind(3, older_max);
        while (older_.step())
            out.push_back(older_.integer(0));
    }
    std::sort(out.begin(), out.end(), std::greater{});
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

page<message_summary> sqlite_reader::messages_of_customer(
    const message_query& query, std::int64_t before
)
{
    page<message_summary> out;
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, page_max);
    std::int64_t looked_at = 0;
    const auto numbers = numbers_of_customer(query, before);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        message_row row;
        if (read_message_at(numbers[i], row) && wanted(row, query))
            out.items.push_back(summary_of(row));
        const bool last = i + 1 == numbers.size();
        if (!last && (out.items.size() == limit || ++looked_at == rows_a_page)) {
            out.next = message_cursor(numbers[i]);
            break;
        }
    }
    return out;
}

result<std::optional<conversation_record>> sqlite_reader::conversation(
    std::string_view name_space, std::string_view business, std::string_view customer, timestamp at
)
{
    using found = std::optional<conversation_record>;
    return guarded<found>("a conversation cannot be read", [&]() -> result<found> {
        const reset_at_exit reset{conversation_};
        conversation_.bind(1, names_.find(name_space));
        conversation_.bind_text(2, customer).bind_text(3, business);
        if (!conversation_.step())
            return found{};
        conversation_row row;
        read_conversation(conversation_, row);

        conversation_record out;
        out.business_id = row.business_id;
        out.customer_json = row.customer_json;
        out.window_open = correlation::window_open(row.last_inbound, at);
        out.window_expires = correlation::window_expires(row.last_inbound);
        out.last_inbound = row.last_inbound;
        out.last_outbound = row.last_outbound;
        std::sort(row.messages.begin(), row.messages.end(), [](const auto& a, const auto& b) {
            return std::tie(a.first_at, a.number) > std::tie(b.first_at, b.number);
        });
        for (const auto& m : row.messages) {
            message_row message;
            if (read_message_at(static_cast<std::int64_t>(m.number), message))
                out.messages.push_back(summary_of(message));
        }
        return found{std::move(out)};
    });
}

result<page<campaign_totals>> sqlite_reader::campaigns(
    std::string_view name_space, std::string_view after, std::size_t limit
)
{
    using list = page<campaign_totals>;
    std::string from;
    if (!after.empty()) {
        auto name = parse_campaign_cursor(after);
        if (!name)
            return errc::invalid_argument;
        from = std::move(*name);
    }
    return guarded<list>("campaigns cannot be read", [&]() -> result<list> {
        list out;
        limit = std::clamp<std::size_t>(limit, 1, page_max);
        const reset_at_exit reset{campaigns_};
        campaigns_.bind(1, names_.find(name_space)).bind_text(2, from).bind(3, limit + 1);
        while (campaigns_.step()) {
            if (out.items.size() == limit) {
                out.next = campaign_cursor(out.items.back().name);
                break;
            }
            campaign_row row;
            read_campaign(campaigns_, row);
            out.items.push_back(totals_of(row));
        }
        return out;
    });
}

result<std::optional<campaign_totals>> sqlite_reader::campaign(
    std::string_view name_space, std::string_view name
)
{
    using found = std::optional<campaign_totals>;
    return guarded<found>("a campaign cannot be read", [&]() -> result<found> {
        const reset_at_exit reset{campaign_};
        if (!campaign_.bind(1, names_.find(name_space)).bind_text(2, name).step())
            return found{};
        campaign_row row;
        read_campaign(campaign_, row);
        return found{totals_of(row)};
    });
}

}  // namespace webhookd::sqlite
