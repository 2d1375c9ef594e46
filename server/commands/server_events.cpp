#include "commands/server_events.hpp"

namespace webhookd::commands {

void server_events::field(std::string_view line)
{
    const auto colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    std::string_view value;
    if (colon != std::string_view::npos)
        value = line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (name == "id") {
        id_ = value;
    }
    else if (name == "data") {
        if (has_data_)
            data_ += '\n';
        data_ += value;
        has_data_ = true;
    }
}

bool server_events::feed(
    std::string_view bytes,
    const std::function<bool(std::string_view id, std::string_view data)>& take
)
{
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        line_ += bytes.substr(0, end);
        if (end == std::string_view::npos)
            return true;
        bytes.remove_prefix(end + 1);
        if (line_.ends_with('\r'))
            line_.pop_back();
        if (!line_.empty()) {
            field(line_);
            line_.clear();
            continue;
        }
        if (!has_data_)
            continue;
        has_data_ = false;
        const std::string data = std::move(data_);
        data_.clear();
        if (!take(id_, data))
            return false;
    }
    return true;
}

}  // namespace webhookd::commands
