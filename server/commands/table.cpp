#include "commands/table.hpp"

#include "commands/told_event.hpp"

#include <simdjson.h>

#include <algorithm>
#include <stdexcept>

namespace webhookd::commands {

namespace {

using simdjson::ondemand::object;
using fields_type = std::vector<std::pair<std::string, std::string>>;

fields_type fields_in(object from)
{
    fields_type out;
    for (auto field : from) {
        std::string_view key;
        if (field.unescaped_key().get(key) != simdjson::SUCCESS)
            break;
        std::string name{key};
        auto value = field.value();
        simdjson::ondemand::json_type type{};
        std::string_view text;
        if (value.type().get(type) != simdjson::SUCCESS)
            break;
        if (type == simdjson::ondemand::json_type::string) {
            if (value.get_string().get(text) != simdjson::SUCCESS)
                break;
        }
        else if (simdjson::to_json_string(value).get(text) != simdjson::SUCCESS) {
            break;
        }
        const bool null = type == simdjson::ondemand::json_type::null;
        out.emplace_back(std::move(name), null ? std::string{} : std::string{text});
    }
    return out;
}

[[noreturn]] void fail()
{
    throw std::runtime_error("the daemon's answer cannot be read");
}

}  // namespace

fields_type read_fields(std::string_view json)
{
    simdjson::ondemand::parser parser;
    const simdjson::padded_string padded{json};
    simdjson::ondemand::document document;
    object whole;
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_object().get(whole) != simdjson::SUCCESS)
        fail();
    return fields_in(whole);
}

api_list read_list(std::string_view json)
{
    const fields_type outer = read_fields(json);
    api_list out;
    out.next = field_of(outer, "next");
    simdjson::ondemand::parser parser;
    const simdjson::padded_string items{field_of(outer, "items")};
    simdjson::ondemand::document document;
    simdjson::ondemand::array list;
    if (parser.iterate(items).get(document) != simdjson::SUCCESS ||
        document.get_array().get(list) != simdjson::SUCCESS)
        fail();
    for (auto item : list) {
        object o;
        if (item.get_object().get(o) != simdjson::SUCCESS)
            fail();
        out.items.push_back(fields_in(o));
    }
    return out;
}

std::string field_of(const fields_type& fields, std::string_view name)
{
    for (const auto& [key, value] : fields)
        if (key == name)
            return value;
    return {};
}

std::string table_text(const api_list& list, const std::vector<std::string>& columns)
{
    std::vector<std::vector<std::string>> rows{columns};
    for (const auto& item : list.items) {
        std::vector<std::string> row;
        for (const std::string& c : columns)
            row.push_back(harmless(field_of(item, c)));
        rows.push_back(std::move(row));
    }
    std::vector<std::size_t> widths(columns.size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max({widths[i], row[i].size(), std::size_t{1}});
    std::string out;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += row[i].empty() ? "-" : row[i];
            if (i + 1 != row.size())
                out.append(widths[i] + 2 - std::max<std::size_t>(row[i].size(), 1), ' ');
        }
        out += '\n';
    }
    return out;
}

}  // namespace webhookd::commands
