#include "base/encoding.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <new>

namespace webhookd {

namespace {

// Both compilers have it; ISO C++ has not.
__extension__ using uint128 = unsigned __int128;

constexpr char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char crockford_alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr char hex_alphabet[] = "0123456789abcdef";
constexpr std::uint8_t bad = 0xff;

template <std::size_t N>
constexpr std::array<std::uint8_t, 256> inverse(const char (&alphabet)[N], bool any_case)
{
    std::array<std::uint8_t, 256> table{};
    table.fill(bad);
    for (std::size_t i = 0; i + 1 < N; ++i) {
        const auto c = static_cast<unsigned char>(alphabet[i]);
        table[c] = static_cast<std::uint8_t>(i);
        if (any_case && c >= 'A' && c <= 'Z')
            table[c + 32u] = static_cast<std::uint8_t>(i);
        if (any_case && c >= 'a' && c <= 'z')
            table[c - 32u] = static_cast<std::uint8_t>(i);
    }
    return table;
}

constexpr auto base64_value = inverse(base64_alphabet, false);
constexpr auto crockford_value = inverse(crockford_alphabet, true);
constexpr auto hex_value = inverse(hex_alphabet, true);

// Decodes strict Base64 to `out`, which has room for size/4*3 bytes. Returns the length, or
// nullopt.
std::optional<std::size_t> decode_base64_to(std::string_view text, std::uint8_t* out)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    std::uint8_t* const begin = out;
    const std::size_t digits = text.size() - padding;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::uint32_t value = 0;
        if (i < digits) {
            value = base64_value[static_cast<unsigned char>(text[i])];
            if (value == bad)
                return std::nullopt;
        }
        bits = bits << 6 | value;
        if (i % 4 == 3) {
            *out++ = static_cast<std::uint8_t>(bits >> 16);
            *out++ = static_cast<std::uint8_t>(bits >> 8);
            *out++ = static_cast<std::uint8_t>(bits);
            bits = i + 1 == text.size() ? bits : 0;
        }
    }
    // The bits under the padding must be zero, else two spellings would decode alike.
    if ((padding == 1 && (bits & 0xff) != 0) || (padding == 2 && (bits & 0xffff) != 0))
        return std::nullopt;
    return static_cast<std::size_t>(out - begin) - padding;
}

struct free_digest {
    void operator()(EVP_MD_CTX* p) const noexcept { EVP_MD_CTX_free(p); }

    void operator()(EVP_MD* p) const noexcept { EVP_MD_free(p); }
};

}  // namespace

std::optional<bits256> decode_base64_256(std::string_view text)
{
    std::array<std::uint8_t, 33> bytes;
    if (text.size() != 44)
        return std::nullopt;
    const auto length = decode_base64_to(text, bytes.data());
    if (!length || *length != 32)
        return std::nullopt;
    bits256 out;
    std::copy_n(bytes.begin(), 32, out.begin());
    return out;
}

std::optional<std::string> decode_base64(std::string_view text)
{
    std::string out(text.size() / 4 * 3, '\0');
    const auto length = decode_base64_to(text, reinterpret_cast<std::uint8_t*>(out.data()));
    if (!length)
        return std::nullopt;
    out.resize(*length);
    return out;
}

void append_base64(std::string& out, std::span<const std::uint8_t> bytes)
{
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) {
        const std::uint32_t v = static_cast<std::uint32_t>(bytes[i]) << 16 |
                                static_cast<std::uint32_t>(bytes[i + 1]) << 8 | bytes[i + 2];
        const char four[] = {
            base64_alphabet[v >> 18],
            base64_alphabet[v >> 12 & 63],
            base64_alphabet[v >> 6 & 63],
            base64_alphabet[v & 63]
        };
        out.append(four, 4);
    }
    if (i == bytes.size())
        return;
    const bool two = i + 2 == bytes.size();
    const std::uint32_t v = static_cast<std::uint32_t>(bytes[i]) << 16 |
                            (two ? static_cast<std::uint32_t>(bytes[i + 1]) << 8 : 0u);
    out += base64_alphabet[v >> 18];
    out += base64_alphabet[v >> 12 & 63];
    out += two ? base64_alphabet[v >> 6 & 63] : '=';
    out += '=';
}

void append_hex(std::string& out, std::span<const std::uint8_t> bytes)
{
    const std::size_t before = out.size();
    out.resize(before + 2 * bytes.size());
    char* to = out.data() + before;
    for (const std::uint8_t b : bytes) {
        *to++ = hex_alphabet[b >> 4];
        *to++ = hex_alphabet[b & 15];
    }
}

void append_crockford(std::string& out, const bits128& value)
{
    // 26 digits of 5 bits are 130: the value is taken with two zero bits in front.
    char text[26];
    uint128 v = 0;
    for (const std::uint8_t b : value)
        v = v << 8 | b;
    for (int i = 25; i >= 0; --i) {
        text[i] = crockford_alphabet[static_cast<unsigned>(v & 31)];
        v >>= 5;
    }
    out.append(text, sizeof text);
}

std::optional<bits128> decode_crockford(std::string_view text)
{
    if (text.size() != 26 || text[0] < '0' || text[0] > '7')
        return std::nullopt;
    uint128 v = 0;
    for (const char c : text) {
        const std::uint8_t digit = crockford_value[static_cast<unsigned char>(c)];
        if (digit == bad)
            return std::nullopt;
        v = v << 5 | digit;
    }
    bits128 out;
    for (std::size_t i = 16; i-- > 0; v >>= 8)
        out[i] = static_cast<std::uint8_t>(v & 0xff);
    return out;
}

std::optional<bits128> decode_uuid(std::string_view text)
{
    if (text.size() != 36)
        return std::nullopt;
    bits128 out{};
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-')
                return std::nullopt;
            continue;
        }
        const std::uint8_t digit = hex_value[static_cast<unsigned char>(text[i])];
        if (digit == bad)
            return std::nullopt;
        auto& byte = out[digits++ / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | digit);
    }
    return out;
}

void append_uuid(std::string& out, const bits128& value)
{
    const std::span<const std::uint8_t> bytes{value};
    append_hex(out, bytes.first(4));
    for (const std::size_t at : {4u, 6u, 8u}) {
        out += '-';
        append_hex(out, bytes.subspan(at, 2));
    }
    out += '-';
    append_hex(out, bytes.subspan(10));
}

bits256 sha256(std::span<const std::string_view> parts)
{
    // Fetched once: OpenSSL 3 looks an implicit algorithm up anew on every use.
    static const std::unique_ptr<EVP_MD, free_digest> algorithm{
        EVP_MD_fetch(nullptr, "SHA256", nullptr)
    };
    thread_local const std::unique_ptr<EVP_MD_CTX, free_digest> context{EVP_MD_CTX_new()};
    bits256 out;
    bool good = algorithm && context && EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr);
    for (const std::string_view part : parts)
        good = good && EVP_DigestUpdate(context.get(), part.data(), part.size());
    if (!good || !EVP_DigestFinal_ex(context.get(), out.data(), nullptr))
        throw std::bad_alloc{};  // SHA-256 has no other way to fail
    return out;
}

bits256 sha256(std::string_view bytes)
{
    return sha256(std::span{&bytes, 1});
}

bool equal_constant_time(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace webhookd
