#pragma once

#include "config/document.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::config {

/// What a file held, or why it could not be read.
struct file_content {
    std::string bytes;
    std::string problem;  ///< Empty where all is well.
};

/// The world outside of the config file: the real one, or a test's.
struct surroundings {
    std::string folder;  ///< Absolute; relative paths in the config start here.
    environment env;
    std::function<file_content(const std::string& path)> read_file;
    std::function<bool(const std::string& path)> is_folder;
};

/// What a loading carries along: where to tell problems, and which keys were asked for.
struct loading {
    const surroundings& outside;
    findings found;
    std::map<std::string, bool> keys;  ///< `limits.max_body` -> whether the file has it.

    /// `path` from the config's folder, `.` and `..` taken out.
    std::string absolute(const std::string& path) const;
    /// What the file at `path` holds; problems are told at `at`. @return nullopt then.
    std::optional<std::string> read_file(const std::string& path, position at);
};

/// A range both ends of which are allowed.
struct bounds {
    std::uint64_t least = 1;
    std::uint64_t most = 0;
};

struct duration_bounds {
    std::chrono::milliseconds least{1};
    std::chrono::milliseconds most = std::chrono::hours{24 * 3650};
    std::chrono::milliseconds step{1};  ///< What it must be a multiple of.
};

/// A map of the document while it is read. Every key that is asked for is known; `done` tells the
/// rest. A key that is absent leaves `out` alone, which holds the default; so does a bad value.
class section {
public:
    /// @param path  As in `loading::keys`: `limits`, `endpoints[]`, empty for the whole document.
    section(loading& to, const node& map, std::string path);

    /// The value of `key`, or null where it is absent or a problem of it has been told.
    const node* find(std::string_view key);
    /// Like `find`, for another spelling of a key that is not in the list of keys.
    const node* find_also(std::string_view key);
    /// Like `find`; that it is absent is a problem: `key` is missing, and `hint`.
    const node* require(std::string_view key, std::string_view hint);
    /// Whether `key` stands there, whatever its value.
    bool has(std::string_view key) const;
    /// Whether `key` stands there as that word, such as `off`.
    bool is_said(std::string_view key, std::string_view word);

    bool text(std::string_view key, std::string& out);
    void flag(std::string_view key, bool& out);
    void count(std::string_view key, std::uint32_t& out, bounds allowed);
    void size(std::string_view key, std::uint64_t& out, bounds allowed);
    void texts(std::string_view key, std::vector<std::string>& out);
    /// A path, made absolute.
    bool path(std::string_view key, std::string& out);

    template <class Duration>
    void duration(std::string_view key, Duration& out, duration_bounds allowed = {})
    {
        allowed.step = std::max(allowed.step, std::chrono::milliseconds{Duration{1}});
        if (const auto ms = read_duration(find(key), key, allowed))
            out = std::chrono::duration_cast<Duration>(*ms);
    }

    template <class T>
    void choice(
        std::string_view key, T& out, std::initializer_list<std::pair<std::string_view, T>> allowed
    )
    {
        std::vector<std::string_view> words;
        for (const auto& [word, value] : allowed)
            words.push_back(word);
        if (const auto index = read_choice(key, words))
            out = (allowed.begin() + *index)->second;
    }

    /// Reads the map under `key`, if there is one, by `body(section&)`.
    template <class F>
    void map(std::string_view key, F body)
    {
        const node* value = find(key);
        if (!value || !expect(*value, node::kind::map, key))
            return;
        section inner{to_, *value, path_of(key)};
        body(inner);
        inner.done();
    }

    /// Reads each map in the list under `key` by `body(section&)`. @return whether the key is
    /// there.
    template <class F>
    bool each(std::string_view key, F body)
    {
        const node* list = find(key);
        if (!list || !expect(*list, node::kind::list, key))
            return list != nullptr;
        for (const node_ptr& item : list->items) {
            if (!expect(*item, node::kind::map, key, "each of "))
                continue;
            section inner{to_, *item, path_of(key) + "[]"};
            body(inner);
            inner.done();
        }
        return true;
    }

    std::optional<std::chrono::milliseconds> read_duration(
        const node* value, std::string_view key, const duration_bounds& allowed
    );

    /// Whether `value` is of that kind; else a problem is told.
    bool expect(
        const node& value, node::kind kind, std::string_view key, std::string_view before = {}
    );

    /// Tells a problem of `key`'s value, or of the whole map where the key is absent.
    void problem(std::string_view key, std::string message);
    /// Where `key`'s value stands, or the map.
    position place(std::string_view key) const;

    position at() const { return map_.at; }

    const node& whole() const { return map_; }

    loading& to() { return to_; }

    /// From here on keys are listed under this path: `sinks[http]`.
    void rename(std::string path) { path_ = std::move(path); }

    /// Where the map is too wrong to say which keys it has: `done` tells no unknown ones.
    void ignore_rest() { rest_ignored_ = true; }

    /// Tells every key that nobody asked for, with the nearest one that is known.
    void done();

private:
    std::string path_of(std::string_view key) const;
    std::optional<std::size_t> read_choice(
        std::string_view key, const std::vector<std::string_view>& allowed
    );

    loading& to_;
    const node& map_;
    std::string path_;
    std::vector<std::string> asked_;
    bool rest_ignored_ = false;
};

}  // namespace webhookd::config
