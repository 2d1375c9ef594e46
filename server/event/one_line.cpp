#include "event/one_line.hpp"

#include <simdjson.h>

#include <cstring>

namespace webhookd {

bool has_newline(std::string_view json) noexcept
{
    return !json.empty() && (std::memchr(json.data(), '\n', json.size()) != nullptr ||
                             std::memchr(json.data(), '\r', json.size()) != nullptr);
}

void append_minified(std::string& out, std::string_view json)
{
    // simdjson writes whole registers, so it gets room behind what it will keep.
    const std::size_t before = out.size();
    out.resize(before + json.size() + simdjson::SIMDJSON_PADDING);
    std::size_t length = 0;
    const auto error = simdjson::minify(json.data(), json.size(), out.data() + before, length);
    if (error)
        length = 0;  // only an unclosed string, which no valid text has
    out.resize(before + length);
    if (error)
        out += "null";
}

void append_one_line(std::string& out, std::string_view json)
{
    if (json.empty())
        out += "null";
    else if (has_newline(json))
        append_minified(out, json);
    else
        out += json;
}

}  // namespace webhookd
