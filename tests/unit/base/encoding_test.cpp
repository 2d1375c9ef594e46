#include "base/encoding.hpp"

#include "support/catch.hpp"

#include <cstring>
#include <set>

using namespace webhookd;

namespace {

std::string base64(std::string_view bytes)
{
    std::string out;
    append_base64(out, as_bytes(bytes));
    return out;
}

template <class Bytes>
std::string hex(const Bytes& bytes)
{
    std::string out;
    append_hex(out, bytes);
    return out;
}

bits128 counting()
{
    bits128 value;
    for (std::size_t i = 0; i < value.size(); ++i)
        value[i] = static_cast<std::uint8_t>(i * 17);
    return value;
}

}  // namespace

TEST_CASE("encoding: Base64 of RFC 4648's vectors goes both ways", "[base]")
{
    const std::pair<const char*, const char*> cases[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (const auto& [bytes, text] : cases) {
        CHECK(base64(bytes) == text);
        CHECK(decode_base64(text) == std::string{bytes});
    }
}

TEST_CASE("encoding: Base64 keeps every byte value", "[base]")
{
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        bytes += static_cast<char>(i);
        CHECK(decode_base64(base64(bytes)) == bytes);
    }
}

TEST_CASE("encoding: Base64 that is not strict is refused", "[base]")
{
    const char* const text = GENERATE(
        "Zg",
        "Zg=",
        "Zg===",
        "Z===",
        "====",
        "=",
        "Zg==Zg==",
        "Zm=v",
        "Zm9v\n",
        " Zm9v",
        "Zm 9v",
        "Zm9v====",
        "Zm-v",
        "Zm_v",
        "Zh==",  // spare bits are not zero
        "Zm9=",
        "Zm9\xc3"
    );
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text).has_value());
}

TEST_CASE("encoding: a digest is strict Base64 of exactly 32 bytes", "[base]")
{
    const bits256 digest = sha256("abc");
    const std::string text = base64({reinterpret_cast<const char*>(digest.data()), 32});
    REQUIRE(text.size() == 44);
    CHECK(decode_base64_256(text) == digest);

    const std::string short_digest = base64(std::string(31, 'x'));
    const std::string long_digest = base64(std::string(33, 'x'));
    REQUIRE(short_digest.size() == 44);
    REQUIRE(long_digest.size() == 44);
    std::string spare_bits = text;
    spare_bits[42] = static_cast<char>(spare_bits[42] + 1);
    std::string url_safe(43, '_');
    url_safe += '=';

    CHECK_FALSE(decode_base64_256("").has_value());
    CHECK_FALSE(decode_base64_256(text.substr(0, 43)).has_value());
    CHECK_FALSE(decode_base64_256(text + "=").has_value());
    CHECK_FALSE(decode_base64_256(short_digest).has_value());
    CHECK_FALSE(decode_base64_256(long_digest).has_value());
    CHECK_FALSE(decode_base64_256(spare_bits).has_value());
    CHECK_FALSE(decode_base64_256(url_safe).has_value());
    CHECK_FALSE(decode_base64_256(hex(digest)).has_value());
    CHECK_FALSE(decode_base64_256(std::string(44, '=')).has_value());
}

TEST_CASE("encoding: Crockford Base32 is written as a ULID is", "[base]")
{
    std::string out;
    append_crockford(out, bits128{});
    CHECK(out == "00000000000000000000000000");
    bits128 ones;
    ones.fill(0xff);
    out.clear();
    append_crockford(out, ones);
    CHECK(out == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    CHECK(decode_crockford(out) == ones);
}

TEST_CASE("encoding: a ULID and its UUID spelling are the same bits, in any case", "[base]")
{
    const auto bits = decode_uuid("018d62f2-2524-10fa-f857-091ab99c14c8");
    REQUIRE(bits.has_value());
    CHECK(decode_crockford("01HNHF499423XFGNR93AWSR568") == bits);
    CHECK(decode_crockford("01hnhf499423xfgnr93awsr568") == bits);
    CHECK(decode_uuid("018D62F2-2524-10FA-F857-091AB99C14C8") == bits);
    std::string out;
    append_uuid(out, *bits);
    CHECK(out == "018d62f2-2524-10fa-f857-091ab99c14c8");
}

TEST_CASE("encoding: 128 bits go through either spelling unchanged", "[base]")
{
    std::string crockford, uuid;
    append_crockford(crockford, counting());
    append_uuid(uuid, counting());
    CHECK(decode_crockford(crockford) == counting());
    CHECK(decode_uuid(uuid) == counting());
}

TEST_CASE("encoding: what is almost a ULID is refused", "[base]")
{
    const char* const text = GENERATE(
        "",
        "01HNHF499423XFGNR93AWSR56",
        "01HNHF499423XFGNR93AWSR5688",
        "01HNHF499423XFGNR93AWSR56I",
        "01HNHF499423XFGNR93AWSR56l",
        "01HNHF499423XFGNR93AWSR56O",
        "01HNHF499423XFGNR93AWSR56u",
        "81HNHF499423XFGNR93AWSR568",  // over 128 bits
        "ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "01HNHF499423XFGNR93AWSR5-8",
        "01HNHF499423XFGNR93AWSR5\xc3\xa9",
        "+1HNHF499423XFGNR93AWSR568"
    );
    CAPTURE(text);
    CHECK_FALSE(decode_crockford(text).has_value());
}

TEST_CASE("encoding: what is almost a UUID is refused", "[base]")
{
    const char* const text = GENERATE(
        "",
        "018d62f2252410faf857091ab99c14c8",
        "{018d62f2-2524-10fa-f857-091ab99c14c8}",
        "urn:uuid:018d62f2-2524-10fa-f857-091ab99c14c8",
        "018d62f2-2524-10fa-f857-091ab99c14c",
        "018d62f2-2524-10fa-f857-091ab99c14c8a",
        "018d62f2-2524-10fa-f857-091ab99c14cg",
        "018d62f22-524-10fa-f857-091ab99c14c8",
        "018d62f2_2524_10fa_f857_091ab99c14c8",
        "018d62f2-2524-10fa-f857-091ab99c14c\xff"
    );
    CAPTURE(text);
    CHECK_FALSE(decode_uuid(text).has_value());
}

TEST_CASE("encoding: SHA-256 of FIPS 180's vectors, whole and in parts", "[base]")
{
    CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const std::string_view parts[] = {"a", "", "bc"};
    CHECK(sha256(parts) == sha256("abc"));
    CHECK(sha256(std::span<const std::string_view>{}) == sha256(""));
}

TEST_CASE("encoding: the constant-time comparison tells what == tells", "[base]")
{
    CHECK(equal_constant_time("", ""));
    CHECK(equal_constant_time("token", "token"));
    CHECK_FALSE(equal_constant_time("token", "tokeN"));
    CHECK_FALSE(equal_constant_time("token", "toke"));
    CHECK_FALSE(equal_constant_time("", "token"));
    CHECK_FALSE(equal_constant_time(std::string_view{"a\0b", 3}, std::string_view{"a\0c", 3}));
}
