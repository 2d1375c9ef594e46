#include "store/sqlite/sqlite_reader.hpp"

#include "store/sqlite/campaign_table.hpp"
#include "store/sqlite/event_table.hpp"
#include "store/sqlite/sink_table.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace webhookd::sqlite {

namespace {

constexpr std::size_t page_max = 1000;

std::string select(std::string_view columns, std::string_view rest)
{
    std::string out{"SELECT "};
    out.append(columns).append(" ").append(rest);
    return out;
}

const std::string event_and_sequence = "sequence, " + std::string{event_columns};

const std::string newest_sql = select(
    message_columns,
    "FROM messages WHERE number < ?1 AND number >= ?2 AND name_space = ?3 "
    "AND (?4 IS NULL OR campaign = ?4) AND (?5 IS NULL OR status = ?5) "
    "ORDER BY number DESC LIMIT ?6"
);

}  // namespace

sqlite_reader::sqlite_reader(const store_settings& settings, database db)
    : settings_{settings},
      db_{std::move(db)},
      names_{db_},
      meta_{db_},
      events_{
          db_,
          select(
              event_and_sequence,
              "FROM events WHERE sequence > ?1 AND head IS NOT NULL ORDER BY sequence LIMIT ?2"
          )
      },
      recorded_{db_, "SELECT recorded FROM events WHERE sequence = ?1"},
      first_{db_, "SELECT min(sequence) FROM events"},
      last_{db_, "SELECT max(sequence) FROM events"},
      cursors_{db_, "SELECT name, low_water, done_above, state FROM sinks ORDER BY name"},
      letters_{
          db_,
          select(
              std::string{dead_letter_columns} + ", " + std::string{event_columns},
              "FROM dead_letters WHERE " + std::string{dead_letter_condition} +
                  " AND number > ?4 ORDER BY number LIMIT ?5"
          )
      },
      letter_counts_{db_, "SELECT sink, count(*) FROM dead_letters GROUP BY sink ORDER BY sink"},
      message_{db_, select(message_columns, "FROM messages WHERE name_space = ?1 AND id = ?2")},
      message_at_{db_, select(message_columns, "FROM messages WHERE number = ?1")},
      newest_{db_, newest_sql},
      conversations_of_{
          db_,
          "SELECT DISTINCT conversation FROM conversation_names WHERE name_space = ?1 AND "
          "customer = ?2"
      },
      conversation_{
          db_,
          select(
              conversation_columns,
              "FROM conversations WHERE number = (SELECT conversation FROM conversation_names "
              "WHERE name_space = ?1 AND customer = ?2 AND business = ?3)"
          )
      },
      conversation_at_{db_, select(conversation_columns, "FROM conversations WHERE number = ?1")},
      older_{
          db_,
          "SELECT number FROM older_messages WHERE conversation = ?1 AND number < ?2 "
          "ORDER BY number DESC LIMIT ?3"
      },
      campaigns_{
          db_,
          select(
              campaign_columns,
              "FROM campaigns WHERE name_space = ?1 AND name > ?2 ORDER BY name LIMIT ?3"
          )
      },
      campaign_{db_, select(campaign_columns, "FROM campaigns WHERE name_space = ?1 AND name = ?2")}
{
}

std::uint64_t sqlite_reader::first_whole()
{
    const reset_at_exit reset{first_};
    if (!first_.step() || first_.is_null(0))
        return 0;
    const auto pruned = static_cast<std::uint64_t>(meta_.get("bodies_to").value_or(0));
    return std::max(first_.number(0), pruned + 1);
}

std::uint64_t sqlite_reader::last_sequence()
{
    const reset_at_exit reset{last_};
    return last_.step() ? last_.number(0) : 0;
}

result<std::vector<event>> sqlite_reader::read_events(
    std::uint64_t after, std::size_t limit, std::size_t bytes_max
)
{
    using events = std::vector<event>;
    return guarded<events>("events cannot be read", [&]() -> result<events> {
        events out;
        std::size_t bytes = 0;
        const std::uint64_t first = first_whole();
        const reset_at_exit reset{events_};
        after = std::clamp<std::uint64_t>(after, first == 0 ? 0 : first - 1, INT64_MAX);
        events_.bind(1, after).bind(2, std::min<std::size_t>(limit, INT64_MAX));
        while (events_.step()) {
            event& e = out.emplace_back();
            e.sequence = events_.number(0);
            read_event(events_, 1, e, names_);
            bytes += e.head.size() + e.body.size();
            if (bytes > bytes_max && out.size() > 1) {
                out.pop_back();
                break;
            }
        }
        return out;
    });
}

// Sequences have no gaps and are recorded in their order.
result<std::uint64_t> sqlite_reader::sequence_at(timestamp t)
{
    return guarded<std::uint64_t>("events cannot be read", [&]() -> result<std::uint64_t> {
        std::uint64_t low = first_whole();
        std::uint64_t high = last_sequence() + 1;
        low = std::clamp<std::uint64_t>(low, 1, high);
        while (low < high) {
            const std::uint64_t middle = low + (high - low) / 2;
            const reset_at_exit reset{recorded_};
            recorded_.bind(1, middle);
            if (!recorded_.step() || recorded_.time(0) < t)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    });
}

result<store_size> sqlite_reader::size()
{
    return guarded<store_size>("the store's size cannot be read", [&]() -> result<store_size> {
        const auto pragma = [&](const char* sql) {
            return static_cast<std::uint64_t>(db_.number(sql).value_or(0));
        };
        store_size out;
        out.bytes = (pragma("PRAGMA page_count") - pragma("PRAGMA freelist_count")) *
                    pragma("PRAGMA page_size");
        struct stat log = {};
        if (::stat((settings_.path + "-wal").c_str(), &log) == 0)
            out.bytes += static_cast<std::uint64_t>(log.st_size);
        out.first_sequence = first_whole();
        out.last_sequence = last_sequence();
        out.events = out.first_sequence == 0 ? 0 : out.last_sequence - out.first_sequence + 1;
        return out;
    });
}

result<std::vector<sink_cursor>> sqlite_reader::cursors()
{
    using list = std::vector<sink_cursor>;
    return guarded<list>("sinks' cursors cannot be read", [&]() -> result<list> {
        list out;
        const reset_at_exit reset{cursors_};
        while (cursors_.step())
            out.push_back(read_cursor(cursors_));
        return out;
    });
}

result<page<dead_letter>> sqlite_reader::dead_letters(
    const dead_letter_filter& which, std::uint64_t after_number, std::size_t limit
)
{
    using letters = page<dead_letter>;
    return guarded<letters>("dead letters cannot be read", [&]() -> result<letters> {
        letters out;
        limit = std::clamp<std::size_t>(limit, 1, page_max);
        const reset_at_exit reset{letters_};
        bind_filter(letters_, which);
        letters_.bind(4, std::min<std::uint64_t>(after_number, INT64_MAX)).bind(5, limit + 1);
        while (letters_.step()) {
            if (out.items.size() == limit) {
                out.next = std::to_string(out.items.back().number);
                break;
            }
            out.items.push_back(read_dead_letter(letters_, names_));
        }
        return out;
    });
}

result<std::vector<std::pair<std::string, std::uint64_t>>> sqlite_reader::dead_letter_counts()
{
    using counts = std::vector<std::pair<std::string, std::uint64_t>>;
    return guarded<counts>("dead letters cannot be counted", [&]() -> result<counts> {
        counts out;
        const reset_at_exit reset{letter_counts_};
        while (letter_counts_.step())
            out.emplace_back(letter_counts_.bytes(0), letter_counts_.number(1));
        return out;
    });
}

}  // namespace webhookd::sqlite
