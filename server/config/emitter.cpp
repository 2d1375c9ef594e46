#include "config/emitter.hpp"

#include "base/json.hpp"

#include <algorithm>

namespace webhookd::config {

namespace {

constexpr std::string_view mask = "********";

bool is_plain(std::string_view text)
{
    const auto letter = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    if (text.empty() || !(letter(text.front()) || text.front() == '/') || text.back() == ':')
        return false;
    if (text == "null" || text == "Null" || text == "NULL")
        return false;
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return letter(c) || std::string_view{"/._:@%+-"}.find(c) != std::string_view::npos;
    });
}

std::string scalar(std::string_view text)
{
    if (is_plain(text))
        return std::string{text};
    std::string escaped;
    for (const char c : text)
        escaped += c == '$' ? "$$" : std::string(1, c);
    return json::quoted(escaped);
}

}  // namespace

void emitter::key(std::string_view name)
{
    const int spaces = 2 * indent_ - (dash_ ? 2 : 0);
    out_.append(static_cast<std::size_t>(spaces), ' ');
    out_ += dash_ ? "- " : "";
    dash_ = false;
    out_ += scalar(name);
    out_ += ':';
}

void emitter::open(std::string_view name)
{
    key(name);
    out_ += '\n';
    ++indent_;
}

void emitter::close()
{
    --indent_;
}

void emitter::item()
{
    ++indent_;
    dash_ = true;
}

void emitter::end_item()
{
    --indent_;
}

void emitter::word(std::string_view name, std::string_view value)
{
    key(name);
    out_ += ' ';
    out_ += value;
    out_ += '\n';
}

void emitter::text(std::string_view name, std::string_view value)
{
    word(name, scalar(value));
}

void emitter::texts(std::string_view name, const std::vector<std::string>& values)
{
    std::string list;
    for (const std::string& value : values) {
        // In a list on one line a plain text must not hold what ends an item, nor a key.
        list += list.empty() ? "" : ", ";
        list += value.find(':') == std::string::npos ? scalar(value) : json::quoted(value);
    }
    word(name, "[" + list + "]");
}

void emitter::text_or(
    std::string_view name, const std::optional<std::string>& value, std::string_view none
)
{
    if (value)
        text(name, *value);
    else
        word(name, none);
}

void emitter::secret(const secret_value& value)
{
    const std::string& source = value.source();
    const auto colon = source.find(": ");
    if (colon == std::string::npos)
        text("file", mask);
    else
        text(source.substr(0, colon), std::string_view{source}.substr(colon + 2));
}

void emitter::secret(std::string_view name, const secret_value& value)
{
    if (value.source().empty()) {
        text(name, mask);
        return;
    }
    open(name);
    secret(value);
    close();
}

void emitter::secrets(std::string_view name, const std::vector<named_secret>& values)
{
    if (values.empty()) {
        word(name, "[]");
        return;
    }
    open(name);
    for (const named_secret& one : values) {
        item();
        text("name", one.name);
        secret(one.value);
        word("not_after", one.not_after ? to_rfc3339(*one.not_after) : "never");
        end_item();
    }
    close();
}

}  // namespace webhookd::config
