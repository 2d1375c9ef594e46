#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::commands {

/// The items of a list that the admin API answered: each one's fields by name, texts unquoted,
/// all else as the JSON stands.
struct api_list {
    std::vector<std::vector<std::pair<std::string, std::string>>> items;
    std::string next;  ///< Empty: there is no more.
};

/// @throws std::runtime_error  where `json` is not such a list.
api_list read_list(std::string_view json);

/// The fields of one JSON object, likewise.
std::vector<std::pair<std::string, std::string>> read_fields(std::string_view json);

/// The value of a field; empty where it is absent or null.
std::string field_of(
    const std::vector<std::pair<std::string, std::string>>& fields, std::string_view name
);

/// The named fields of the items as columns with a heading.
std::string table_text(const api_list& list, const std::vector<std::string>& columns);

}  // namespace webhookd::commands
