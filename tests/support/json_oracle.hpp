#pragma once

#include <cstddef>
#include <string_view>

/// A second opinion on JSON: RFC 8259 and RFC 3629 read naively, a byte at a time, by code that
/// shares nothing with the daemon's. Slow, small, and strict.
namespace webhookd::test {

class json_oracle {
public:
    explicit json_oracle(std::string_view text) : text_{text} { object_ = whole(); }

    /// One valid object, with white space round it at most.
    bool object() const { return object_; }

    /// Some string holds half a surrogate pair. Only with `object`.
    bool lone_surrogate() const { return lone_; }

    /// How deep arrays and objects nest. Only with `object`; at most `depth_limit`, behind which
    /// the text counts as not valid.
    std::size_t depth() const { return deepest_; }

    static constexpr std::size_t depth_limit = 2000;

private:
    bool whole()
    {
        space();
        if (peek() != '{' || !value(0))
            return false;
        space();
        return at_ == text_.size();
    }

    bool value(std::size_t depth)
    {
        switch (peek()) {
            case '{': return members(depth + 1, '}');
            case '[': return members(depth + 1, ']');
            case '"': return string();
            case 't': return word("true");
            case 'f': return word("false");
            case 'n': return word("null");
            default: return number();
        }
    }

    bool members(std::size_t depth, char closing)
    {
        deepest_ = depth > deepest_ ? depth : deepest_;
        if (depth > depth_limit)
            return false;
        ++at_;
        space();
        if (take(closing))
            return true;
        for (;;) {
            space();
            if (closing == '}') {
                if (peek() != '"' || !string())
                    return false;
                space();
                if (!take(':'))
                    return false;
                space();
            }
            if (!value(depth))
                return false;
            space();
            if (take(closing))
                return true;
            if (!take(','))
                return false;
        }
    }

    bool string()
    {
        ++at_;
        while (at_ < text_.size()) {
            const auto c = static_cast<unsigned char>(text_[at_]);
            if (c == '"') {
                ++at_;
                return true;
            }
            if (c < 0x20)
                return false;
            if (c == '\\' ? !escape() : c < 0x80 ? ++at_ == 0 : !multibyte(c))
                return false;
        }
        return false;
    }

    bool escape()
    {
        ++at_;
        if (at_ < text_.size() && text_[at_] != 'u') {
            const bool known = std::string_view{"\"\\/bfnrt"}.find(text_[at_]) != text_.npos;
            ++at_;
            return known;
        }
        unsigned first = 0;
        if (!take('u') || !hex4(first))
            return false;
        if (first < 0xd800 || first > 0xdfff)
            return true;
        const std::size_t before = at_;
        unsigned second = 0;
        const bool pair = first < 0xdc00 && take('\\') && take('u') && hex4(second) &&
                          second >= 0xdc00 && second <= 0xdfff;
        if (!pair) {
            lone_ = true;
            at_ = before;
        }
        return true;
    }

    bool hex4(unsigned& out)
    {
        out = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            const std::size_t digit =
                at_ < text_.size()
                    ? std::string_view{"0123456789abcdef0123456789ABCDEF"}.find(text_[at_])
                    : text_.npos;
            if (digit == text_.npos)
                return false;
            out = out * 16 + static_cast<unsigned>(digit % 16);
        }
        return true;
    }

    bool multibyte(unsigned char lead)
    {
        const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4)
            return false;
        unsigned point = lead & (0x3fu >> more);
        ++at_;
        for (int i = 0; i < more; ++i, ++at_) {
            if (at_ >= text_.size() || (static_cast<unsigned char>(text_[at_]) & 0xc0) != 0x80)
                return false;
            point = point << 6 | (static_cast<unsigned char>(text_[at_]) & 0x3f);
        }
        const unsigned least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
        return point >= least && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    }

    bool number()
    {
        take('-');
        if (!take('0') && !digits())
            return false;
        if (take('.') && !digits())
            return false;
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            return digits();
        }
        return true;
    }

    bool digits()
    {
        const std::size_t before = at_;
        while (peek() >= '0' && peek() <= '9')
            ++at_;
        return at_ > before;
    }

    bool word(std::string_view w)
    {
        const bool here = text_.substr(at_, w.size()) == w;
        at_ += here ? w.size() : 0;
        return here;
    }

    void space()
    {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')
            ++at_;
    }

    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    bool take(char c)
    {
        const bool here = at_ < text_.size() && text_[at_] == c;
        at_ += here ? 1 : 0;
        return here;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t deepest_ = 0;
    bool lone_ = false;
    bool object_ = false;
};

}  // namespace webhookd::test
