#include "config/reader.hpp"

#include "config/scalars.hpp"
#include "config/words.hpp"

#include <algorithm>
#include <filesystem>

namespace webhookd::config {

namespace {

const entry* entry_of(const node& map, std::string_view key)
{
    const auto found = std::find_if(map.entries.begin(), map.entries.end(), [&](const entry& e) {
        return e.key == key;
    });
    return found == map.entries.end() ? nullptr : &*found;
}

const char* kind_name(node::kind kind)
{
    switch (kind) {
        case node::kind::null: return "nothing";
        case node::kind::text: return "one value";
        case node::kind::list: return "a list";
        case node::kind::map: return "a map of keys";
    }
    return "";
}

}  // namespace

std::string loading::absolute(const std::string& path) const
{
    return (std::filesystem::path{outside.folder} / path).lexically_normal().string();
}

std::optional<std::string> loading::read_file(const std::string& path, position at)
{
    file_content file = outside.read_file(path);
    if (file.problem.empty())
        return std::move(file.bytes);
    found.problem(at, "cannot read " + path + ": " + file.problem);
    return std::nullopt;
}

section::section(loading& to, const node& map, std::string path)
    : to_{to}, map_{map}, path_{std::move(path)}
{
}

std::string section::path_of(std::string_view key) const
{
    return (path_.empty() ? "" : path_ + ".") + std::string{key};
}

const node* section::find_also(std::string_view key)
{
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end())
        asked_.emplace_back(key);
    const entry* found = entry_of(map_, key);
    if (!found || found->value->broken)
        return nullptr;
    if (found->value->is == node::kind::null) {
        problem(key, ticked(key) + " has no value; give it one, or leave the key out");
        return nullptr;
    }
    return found->value.get();
}

const node* section::find(std::string_view key)
{
    bool& present = to_.keys[path_of(key)];
    present = present || entry_of(map_, key) != nullptr;
    return find_also(key);
}

const node* section::require(std::string_view key, std::string_view hint)
{
    const node* found = find(key);
    if (!found && !has(key))
        problem(key, ticked(key) + " is missing; " + std::string{hint});
    return found;
}

bool section::has(std::string_view key) const
{
    return entry_of(map_, key) != nullptr;
}

bool section::is_said(std::string_view key, std::string_view word)
{
    const entry* found = entry_of(map_, key);
    const bool said = found && found->value->is == node::kind::text && found->value->text == word;
    if (said)
        find(key);
    return said;
}

bool section::text(std::string_view key, std::string& out)
{
    const node* value = find(key);
    if (!value || !expect(*value, node::kind::text, key))
        return false;
    if (value->text.empty()) {
        problem(key, ticked(key) + " is empty; give it a value, or leave the key out");
        return false;
    }
    out = value->text;
    return true;
}

bool section::path(std::string_view key, std::string& out)
{
    std::string given;
    if (!text(key, given))
        return false;
    if (given.find('\0') != std::string::npos) {
        problem(key, ticked(key) + " holds a NUL, which no path does");
        return false;
    }
    out = to_.absolute(given);
    return true;
}

void section::flag(std::string_view key, bool& out)
{
    const node* value = find(key);
    if (!value || !expect(*value, node::kind::text, key))
        return;
    if (const auto read = parse_bool(value->text))
        out = *read;
    else
        problem(key, ticked(key) + " must be true or false, not " + ticked(value->text));
}

void section::count(std::string_view key, std::uint32_t& out, bounds allowed)
{
    const node* value = find(key);
    if (!value || !expect(*value, node::kind::text, key))
        return;
    const auto read = parse_count(value->text);
    if (read && *read >= allowed.least && *read <= allowed.most) {
        out = static_cast<std::uint32_t>(*read);
        return;
    }
    problem(
        key,
        ticked(key) + " must be a whole number from " + std::to_string(allowed.least) + " to " +
            std::to_string(allowed.most) + ", not " + ticked(value->text)
    );
}

void section::size(std::string_view key, std::uint64_t& out, bounds allowed)
{
    const node* value = find(key);
    if (!value || !expect(*value, node::kind::text, key))
        return;
    const auto read = parse_size(value->text);
    if (!read)
        problem(
            key,
            ticked(key) + " must be a size such as 64KiB, 1MiB or 10GiB, not " + ticked(value->text)
        );
    else if (*read < allowed.least || *read > allowed.most)
        problem(
            key,
            ticked(key) + " must be from " + print_size(allowed.least) + " to " +
                print_size(allowed.most) + ", not " + ticked(value->text)
        );
    else
        out = *read;
}

void section::texts(std::string_view key, std::vector<std::string>& out)
{
    const node* list = find(key);
    if (!list || !expect(*list, node::kind::list, key))
        return;
    out.clear();
    for (const node_ptr& item : list->items) {
        if (item->broken || !expect(*item, node::kind::text, key, "each of "))
            continue;
        if (item->text.empty())
            to_.found.problem(item->at, "each of " + ticked(key) + " must hold something");
        else
            out.push_back(item->text);
    }
}

std::optional<std::chrono::milliseconds> section::read_duration(
    const node* value, std::string_view key, const duration_bounds& allowed
)
{
    if (!value || !expect(*value, node::kind::text, key))
        return std::nullopt;
    const auto read = parse_duration(value->text);
    const auto tell = [&](const std::string& must) {
        problem(key, ticked(key) + " must be " + must + ", not " + ticked(value->text));
        return std::nullopt;
    };
    if (!read)
        return tell("a duration such as 250ms, 10s, 5m, 24h or 7d");
    if (*read < allowed.least || *read > allowed.most)
        return tell(
            "from " + print_duration(allowed.least) + " to " + print_duration(allowed.most)
        );
    if (read->count() % allowed.step.count() != 0)
        return tell("a multiple of " + print_duration(allowed.step));
    return read;
}

std::optional<std::size_t> section::read_choice(
    std::string_view key, const std::vector<std::string_view>& allowed
)
{
    const node* value = find(key);
    if (!value || !expect(*value, node::kind::text, key))
        return std::nullopt;
    const auto found = std::find(allowed.begin(), allowed.end(), value->text);
    if (found != allowed.end())
        return static_cast<std::size_t>(found - allowed.begin());
    problem(key, ticked(key) + " must be " + listed(allowed) + ", not " + ticked(value->text));
    return std::nullopt;
}

bool section::expect(
    const node& value, node::kind kind, std::string_view key, std::string_view before
)
{
    if (value.is == kind)
        return true;
    to_.found.problem(
        value.at,
        std::string{before} + ticked(key) + " must be " + kind_name(kind) + ", not " +
            (value.is == node::kind::text ? ticked(value.text) : kind_name(value.is))
    );
    return false;
}

position section::place(std::string_view key) const
{
    const entry* found = entry_of(map_, key);
    if (!found)
        return map_.at;
    // Nothing has no place of its own.
    return found->value->is == node::kind::null ? found->at : found->value->at;
}

void section::problem(std::string_view key, std::string message)
{
    to_.found.problem(place(key), std::move(message));
}

void section::done()
{
    for (const entry& e : map_.entries) {
        if (rest_ignored_ || std::find(asked_.begin(), asked_.end(), e.key) != asked_.end())
            continue;
        const std::string meant = nearest(e.key, asked_);
        const std::vector<std::string_view> known{asked_.begin(), asked_.end()};
        to_.found.problem(
            e.at,
            ticked(e.key) + " is not a key of " + (path_.empty() ? "the config" : ticked(path_)) +
                (meant.empty() ? "; there are " + listed(known) : "; did you mean `" + meant + "`?")
        );
    }
}

}  // namespace webhookd::config
