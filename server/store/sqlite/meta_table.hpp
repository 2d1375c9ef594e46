#pragma once

#include "store/sqlite/database.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace webhookd::sqlite {

/// What the store remembers of itself, by name.
class meta_table {
public:
    explicit meta_table(database& in)
        : get_{in, "SELECT value FROM meta WHERE key = ?1"},
          set_{in, "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)"},
          erase_{in, "DELETE FROM meta WHERE key = ?1"}
    {
    }

    std::optional<std::int64_t> get(std::string_view key)
    {
        const reset_at_exit reset{get_};
        if (!get_.bind_text(1, key).step())
            return std::nullopt;
        return get_.integer(0);
    }

    void set(std::string_view key, std::int64_t value)
    {
        set_.bind_text(1, key).bind(2, value).run();
    }

    void erase(std::string_view key) { erase_.bind_text(1, key).run(); }

private:
    statement get_, set_, erase_;
};

}  // namespace webhookd::sqlite
