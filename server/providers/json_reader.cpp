#include "providers/json_reader.hpp"

#include "providers/json_text.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

namespace webhookd::json {

namespace {

// The index takes four bytes for each byte of capacity, so one large text's is not kept.
constexpr std::size_t capacity_kept = 64u << 10;

bool is_space(char c) noexcept
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

node& node_at(std::byte* nodes, std::size_t offset) noexcept
{
    return *reinterpret_cast<node*>(nodes + offset);
}

}  // namespace

reader::reader()
{
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        capacity_kept, 1, stage_
    );
    if (error)
        throw std::bad_alloc{};
}

reader::~reader() = default;

bool reader::index(std::string_view text)
{
    const std::size_t wanted = std::max(text.size(), capacity_kept);
    if (stage_->capacity() != wanted && stage_->set_capacity(wanted))
        return false;
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    if (stage_->stage1(bytes, text.size(), simdjson::stage1_mode::regular))
        return false;
    text_ = text;
    starts_ = stage_->structural_indexes.get();
    tokens_ = stage_->n_structural_indexes;
    escaped_ = std::memchr(text.data(), '\\', text.size()) != nullptr;
    lone_surrogate_ = false;
    return true;
}

outcome reader::read_object(std::string_view text, const schema& wanted, std::byte* to)
{
    if (!index(text) || at(0) != '{')
        return outcome::invalid;
    next_ = 0;
    const outcome walked = walk({nullptr, &wanted, to});
    if (walked != outcome::object)
        return walked;
    if (next_ != tokens_)
        return outcome::invalid;
    return lone_surrogate_ ? outcome::lone_surrogate : outcome::object;
}

void reader::read_value(const node& object, const schema& wanted, std::byte* to)
{
    next_ = object.token;
    walk({nullptr, &wanted, to});
}

std::size_t reader::elements(const node& array, std::span<node> to)
{
    std::size_t count = 0;
    next_ = array.token + 1;
    while (count < to.size() && at(next_) != ']') {
        walk({&to[count++], nullptr, nullptr});
        if (at(next_) != ',')
            break;
        ++next_;
    }
    return count;
}

// One value, whatever is in it, from token `next_` on. No recursion: the stack is `frames_`.
outcome reader::walk(target to)
{
    depth_ = 0;
    for (;;) {
        const char first = at(next_);
        if (first == '{' || first == '[') {
            if (depth_ == depth_max)
                return outcome::too_deep;
            if (open(first, to)) {
                if (first == '{' && !member(to))
                    return outcome::invalid;
                continue;
            }
        }
        else if (!scalar(first, to)) {
            return outcome::invalid;
        }
        // A value has ended: so may what holds it, and what holds that.
        for (;;) {
            if (depth_ == 0)
                return outcome::object;
            const char after = at(next_);
            if (after == ',')
                break;
            if (!close(after))
                return outcome::invalid;
        }
        ++next_;
        to = {};
        if (frames_[depth_ - 1].object && !member(to))
            return outcome::invalid;
    }
}

// Goes into an array or object. @return false: it is empty, and `next_` is at its end.
bool reader::open(char bracket, target& to)
{
    const bool object = bracket == '{';
    if (to.self)
        *to.self = {starts_[next_], 0, next_, object ? kind::object : kind::array};
    if (!object)
        to.wanted = nullptr;  // elements are only checked
    frames_[depth_++] = {to, object};
    to = {};
    return at(++next_) != (object ? '}' : ']');
}

bool reader::close(char bracket)
{
    const frame& top = frames_[depth_ - 1];
    if (bracket != (top.object ? '}' : ']'))
        return false;
    if (node* const self = top.to.self)
        self->size = starts_[next_] + 1 - self->begin;
    --depth_;
    ++next_;
    return true;
}

// A key and its colon; `to` becomes where its value goes.
bool reader::member(target& to)
{
    std::string_view key;
    if (at(next_) != '"' || !string_at(next_, key) || at(next_ + 1) != ':')
        return false;
    next_ += 2;
    const frame& top = frames_[depth_ - 1];
    if (top.to.wanted == nullptr)
        return true;
    if (escaped_ && key.find('\\') != std::string_view::npos) {
        std::string unescaped;
        append_unescaped(unescaped, key);
        to = find(top, unescaped);
    }
    else {
        to = find(top, key);
    }
    return true;
}

reader::target reader::find(const frame& in, std::string_view key) const
{
    for (const field& f : in.to.wanted->fields) {
        if (f.key.size() != key.size() || std::memcmp(f.key.data(), key.data(), key.size()) != 0)
            continue;
        node& self = node_at(in.to.nodes, f.offset);
        if (self.kind != kind::absent)  // the key comes again: forget what it said before
            std::memset(static_cast<void*>(&self), 0, f.child ? f.child->size : sizeof(node));
        return {&self, f.child, f.child ? in.to.nodes + f.offset : nullptr};
    }
    return {};
}

bool reader::scalar(char first, const target& to)
{
    json::kind k = kind::absent;
    std::string_view text = token_text(next_);
    switch (first) {
        case '"': {
            std::string_view inside;
            if (!string_at(next_, inside))
                return false;
            k = kind::string;
            break;
        }
        case 't': k = text == "true" ? kind::boolean : kind::absent; break;
        case 'f': k = text == "false" ? kind::boolean : kind::absent; break;
        case 'n': k = text == "null" ? kind::null : kind::absent; break;
        default: k = is_number(text) ? kind::number : kind::absent; break;
    }
    if (k == kind::absent)
        return false;
    if (to.self)
        *to.self = {starts_[next_], static_cast<std::uint32_t>(text.size()), next_, k};
    ++next_;
    return true;
}

// A token ends where the next one begins, but for white space. A string's closing quote is the
// last of that: whatever else could follow it would have been a token of its own.
std::string_view reader::token_text(std::uint32_t token) const noexcept
{
    if (token >= tokens_)
        return {};
    const std::size_t begin = starts_[token];
    std::size_t end = token + 1 < tokens_ ? starts_[token + 1] : text_.size();
    while (end > begin && is_space(text_[end - 1]))
        --end;
    return text_.substr(begin, end - begin);
}

bool reader::string_at(std::uint32_t token, std::string_view& inside)
{
    const std::string_view text = token_text(token);
    if (text.size() < 2 || text.back() != '"')
        return false;
    inside = text.substr(1, text.size() - 2);
    if (!escaped_)
        return true;
    const escapes found = check_escapes(inside);
    lone_surrogate_ = lone_surrogate_ || found == escapes::lone_surrogate;
    return found != escapes::bad;
}

}  // namespace webhookd::json
