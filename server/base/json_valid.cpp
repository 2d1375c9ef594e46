#include "base/json_valid.hpp"

#include <cstdint>

namespace webhookd::json {

namespace {

// Reads a JSON text off the front of itself, piece by piece; every function says whether what
// it is named for stood there.
class reader {
public:
    explicit reader(std::string_view text) : text_{text} {}

    bool whole(std::size_t depth_max)
    {
        const bool good = value(depth_max);
        space();
        return good && text_.empty();
    }

private:
    bool value(std::size_t depth)
    {
        space();
        if (text_.empty())
            return false;
        switch (text_.front()) {
            case '{': return depth > 0 && list('}', depth, true);
            case '[': return depth > 0 && list(']', depth, false);
            case '"': return string();
            case 't': return word("true");
            case 'f': return word("false");
            case 'n': return word("null");
            default: return number();
        }
    }

    bool list(char end, std::size_t depth, bool named)
    {
        text_.remove_prefix(1);
        space();
        if (take(end))
            return true;
        for (;;) {
            if (named) {
                space();
                if (!string())
                    return false;
                space();
                if (!take(':'))
                    return false;
            }
            if (!value(depth - 1))
                return false;
            space();
            if (take(end))
                return true;
            if (!take(','))
                return false;
        }
    }

    bool string()
    {
        if (!take('"'))
            return false;
        while (!text_.empty()) {
            const char c = text_.front();
            text_.remove_prefix(1);
            if (c == '"')
                return true;
            if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !escape()))
                return false;
        }
        return false;
    }

    bool escape()
    {
        if (text_.empty())
            return false;
        const char c = text_.front();
        text_.remove_prefix(1);
        if (c != 'u')
            return std::string_view{"\"\\/bfnrt"}.find(c) != std::string_view::npos;
        constexpr std::string_view hex = "0123456789abcdefABCDEF";
        for (int i = 0; i < 4; ++i, text_.remove_prefix(1))
            if (text_.empty() || hex.find(text_.front()) == std::string_view::npos)
                return false;
        return true;
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
        std::size_t n = 0;
        while (n < text_.size() && text_[n] >= '0' && text_[n] <= '9')
            ++n;
        text_.remove_prefix(n);
        return n > 0;
    }

    bool word(std::string_view w)
    {
        if (!text_.starts_with(w))
            return false;
        text_.remove_prefix(w.size());
        return true;
    }

    bool take(char c)
    {
        if (text_.empty() || text_.front() != c)
            return false;
        text_.remove_prefix(1);
        return true;
    }

    void space()
    {
        while (take(' ') || take('\n') || take('\r') || take('\t')) {
        }
    }

    std::string_view text_;
};

}  // namespace

bool is_utf8(std::string_view text) noexcept
{
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        std::size_t length = first < 0x80           ? 1u
                             : (first >> 5) == 0x06 ? 2u
                             : (first >> 4) == 0x0e ? 3u
                             : (first >> 3) == 0x1e ? 4u
                                                    : 0u;
        if (length == 0 || text.size() < length)
            return false;
        std::uint32_t point = length == 1 ? first : first & (0xffu >> (length + 1));
        for (std::size_t i = 1; i < length; ++i) {
            const auto c = static_cast<unsigned char>(text[i]);
            if ((c >> 6) != 2)
                return false;
            point = point << 6 | (c & 0x3fu);
        }
        constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
            return false;
        text.remove_prefix(length);
    }
    return true;
}

bool is_valid(std::string_view text, std::size_t depth_max) noexcept
{
    return is_utf8(text) && reader{text}.whole(depth_max);
}

}  // namespace webhookd::json
