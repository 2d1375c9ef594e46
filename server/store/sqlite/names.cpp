#include "store/sqlite/names.hpp"

namespace webhookd::sqlite {

names::names(database& in)
    : by_text_{in, "SELECT id FROM names WHERE text = ?1"},
      by_number_{in, "SELECT text FROM names WHERE id = ?1"},
      insert_{in, "INSERT INTO names(text) VALUES(?1)"},
      database_{in}
{
}

std::int64_t names::find(std::string_view text)
{
    if (const auto at = numbers_.find(text); at != numbers_.end())
        return at->second;
    const reset_at_exit reset{by_text_};
    if (!by_text_.bind_text(1, text).step())
        return 0;
    const std::int64_t number = by_text_.integer(0);
    numbers_.emplace(text, number);
    return number;
}

std::int64_t names::number_of(std::string_view text)
{
    if (const std::int64_t known = find(text); known != 0)
        return known;
    insert_.bind_text(1, text).run();
    const std::int64_t number = sqlite3_last_insert_rowid(database_.handle());
    numbers_.emplace(text, number);
    return number;
}

const std::string& names::text_of(std::int64_t number)
{
    if (const auto at = texts_.find(number); at != texts_.end())
        return at->second;
    static const std::string nothing;
    const reset_at_exit reset{by_number_};
    if (!by_number_.bind(1, number).step())
        return nothing;
    return texts_.emplace(number, by_number_.bytes(0)).first->second;
}

void names::forget()
{
    numbers_.clear();
    texts_.clear();
}

}  // namespace webhookd::sqlite
