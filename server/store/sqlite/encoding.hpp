#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The little lists inside of rows: numbers as LEB128 (seven bits a byte, least first), signed ones
/// zigzagged, texts with their length in front.
namespace webhookd::sqlite {

inline void put_number(std::string& out, std::uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        out += static_cast<char>(v | 0x80);
    out += static_cast<char>(v);
}

inline void put_signed(std::string& out, std::int64_t v)
{
    put_number(out, static_cast<std::uint64_t>(v) << 1 ^ static_cast<std::uint64_t>(v >> 63));
}

inline void put_text(std::string& out, std::string_view text)
{
    put_number(out, text.size());
    out.append(text);
}

/// Reads such a list from its front. What is damaged reads as zeros and sets `failed`.
class list_reader {
public:
    explicit list_reader(std::string_view bytes) noexcept : rest_{bytes} {}

    bool done() const noexcept { return rest_.empty() || failed_; }

    bool failed() const noexcept { return failed_; }

    /// What has not been read yet.
    std::string_view rest() const noexcept { return rest_; }

    std::uint64_t number() noexcept
    {
        std::uint64_t v = 0;
        for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            v |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80)
                return v;
        }
        failed_ = true;
        return 0;
    }

    std::int64_t signed_number() noexcept
    {
        const std::uint64_t v = number();
        return static_cast<std::int64_t>(v >> 1 ^ (0 - (v & 1)));
    }

    std::string_view bytes(std::uint64_t size) noexcept
    {
        if (size > rest_.size()) {
            failed_ = true;
            return {};
        }
        const auto out = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return out;
    }

    std::string_view text() noexcept { return bytes(number()); }

private:
    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace webhookd::sqlite
