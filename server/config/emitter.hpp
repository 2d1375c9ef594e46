#pragma once

#include "base/secret.hpp"
#include "config/scalars.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::config {

/// Writes the block style of YAML that `print_config` needs.
class emitter {
public:
    /// `key:`, and what follows until `close` stands inside of it.
    void open(std::string_view key);
    void close();
    /// Begins an item of the list that is open: its first key gets the `- `.
    void item();
    void end_item();

    /// `key: word`, where the word needs no quotes: off, true, 10s.
    void word(std::string_view key, std::string_view value);
    /// `key: value`, quoted where YAML or `${}` would read it otherwise.
    void text(std::string_view key, std::string_view value);
    /// A list of texts on one line.
    void texts(std::string_view key, const std::vector<std::string>& values);

    void flag(std::string_view key, bool value) { word(key, value ? "true" : "false"); }

    void count(std::string_view key, std::uint64_t value) { word(key, std::to_string(value)); }

    void size(std::string_view key, std::uint64_t value) { word(key, print_size(value)); }

    void duration(std::string_view key, std::chrono::milliseconds value)
    {
        word(key, print_duration(value));
    }

    /// The value, or the word that stands for none.
    void text_or(
        std::string_view key, const std::optional<std::string>& value, std::string_view none
    );
    /// Where the secret comes from; masked where that is not known, for then it was written out.
    void secret(const secret_value& value);
    void secret(std::string_view key, const secret_value& value);
    void secrets(std::string_view key, const std::vector<named_secret>& values);

    std::string take() { return std::move(out_); }

private:
    void key(std::string_view name);

    std::string out_;
    int indent_ = 0;
    bool dash_ = false;
};

}  // namespace webhookd::config
