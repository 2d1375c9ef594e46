#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

namespace simdjson::internal {
class dom_parser_implementation;
}

/// Reading the few values that are needed out of a JSON object of any shape, in one complete walk.
///
/// simdjson's first stage does the costly part with SIMD, picked for the processor at run time:
/// UTF-8, and where each token begins. The walk over the tokens is ours, because neither of
/// simdjson's fits: On-Demand validates only what is asked for, the DOM copies everything and
/// refuses numbers that do not fit 64 bits. Here every token is checked against RFC 8259, and a
/// value is a stretch of the text: nothing is copied, converted or allocated.
namespace webhookd::json {

/// So deep may arrays and objects nest. An event's line adds two levels, and many readers of it
/// give up at about a thousand (Python, Jackson, simdjson).
constexpr std::size_t depth_max = 512;

enum class kind : std::uint8_t { absent, null, boolean, number, string, object, array };

/// Where a value stands in the text. Trivial, so that a struct of many is zeroed at once: `T d{}`.
struct node {
    std::uint32_t begin;
    std::uint32_t size;   ///< With the quotes or brackets.
    std::uint32_t token;  ///< Its first token, for `read_part`.
    json::kind kind;      ///< Zeroed: absent.
};

struct schema;

/// A member of an object that is wanted.
struct field {
    std::string_view key;
    std::uint16_t offset = 0;       ///< Of its node in the struct that the schema fills.
    const schema* child = nullptr;  ///< Its own members; the child's struct begins at `offset`.
};

/// The wanted members of an object, and the size of the struct of nodes they go to. A struct that
/// is some field's child begins with the node of the object itself.
struct schema {
    std::span<const field> fields;
    std::uint16_t size = sizeof(node);
};

enum class outcome : std::uint8_t {
    object,          ///< One valid JSON object.
    lone_surrogate,  ///< The same, but some string has half a surrogate pair in an escape.
    too_deep,        ///< Nested over `depth_max`.
    invalid,         ///< Not one valid JSON object.
};

/// One thread's reader; it keeps its index between texts. Keys are compared unescaped; of members
/// with the same key the last one counts, whole.
class reader {
public:
    reader();
    ~reader();

    /// Reads `text`, which stays where it is until the next `read`. `to` is a zeroed struct of
    /// nodes for `wanted`; only with `object` and `lone_surrogate` is it complete.
    /// @param text  simdjson::SIMDJSON_PADDING bytes behind it may be read.
    template <class T>
    outcome read(std::string_view text, const schema& wanted, T& to)
    {
        static_assert(std::is_standard_layout_v<T>);
        return read_object(text, wanted, reinterpret_cast<std::byte*>(&to));
    }

    /// Reads one value of the text again, for members that `read` was not asked for.
    template <class T>
    void read_part(const node& object, const schema& wanted, T& to)
    {
        static_assert(std::is_standard_layout_v<T>);
        read_value(object, wanted, reinterpret_cast<std::byte*>(&to));
    }

    /// The elements of an array, at most `to.size()` of them. @return How many.
    std::size_t elements(const node& array, std::span<node> to);

    /// The value as it stands in the text, with its quotes or brackets.
    std::string_view raw(const node& n) const noexcept { return text_.substr(n.begin, n.size); }

    /// Has the text any escape?
    bool escaped() const noexcept { return escaped_; }

    /// Without its quotes. @param n  A string.
    std::string_view inside(const node& n) const noexcept
    {
        return text_.substr(n.begin + 1, n.size - 2);
    }

private:
    // Where the next value goes: nowhere, where it is not wanted.
    struct target {
        node* self = nullptr;
        const schema* wanted = nullptr;
        std::byte* nodes = nullptr;
    };

    struct frame {
        target to;
        bool object = false;
    };

    outcome read_object(std::string_view text, const schema& wanted, std::byte* to);
    void read_value(const node& object, const schema& wanted, std::byte* to);
    bool index(std::string_view text);
    outcome walk(target to);
    bool open(char bracket, target& to);
    bool close(char bracket);
    bool member(target& to);
    bool scalar(char first, const target& to);
    bool string_at(std::uint32_t token, std::string_view& inside);
    target find(const frame& in, std::string_view key) const;
    std::string_view token_text(std::uint32_t token) const noexcept;

    char at(std::uint32_t token) const noexcept
    {
        return token < tokens_ ? text_[starts_[token]] : '\0';
    }

    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
    std::string_view text_;
    const std::uint32_t* starts_ = nullptr;
    std::uint32_t tokens_ = 0;
    std::uint32_t next_ = 0;  // the walk's token
    std::size_t depth_ = 0;
    bool escaped_ = false;  // some backslash in the text
    bool lone_surrogate_ = false;
    std::array<frame, depth_max> frames_;
};

}  // namespace webhookd::json
