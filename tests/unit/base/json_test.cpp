#include "base/json.hpp"

#include "support/catch.hpp"

#include <simdjson.h>

using namespace webhookd;

namespace {

// What an independent parser reads out of the text; fails where that is no JSON string.
std::string parsed(const std::string& text)
{
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    REQUIRE(parser.parse(text).get(root) == simdjson::SUCCESS);
    std::string_view value;
    REQUIRE(root.get(value) == simdjson::SUCCESS);
    return std::string{value};
}

}  // namespace

TEST_CASE("json: a string comes back as it went in, control characters and all", "[base]")
{
    std::string all;
    for (int c = 0; c < 128; ++c)
        all += static_cast<char>(c);
    const std::string texts[] = {
        all,
        "",
        "caf\xc3\xa9",
        "\xe2\x82\xac \xf0\x9f\x98\x80 \xef\xbf\xbf",
        std::string("a\0b", 3),
        "\"\\/\b\f\n\r\t"
    };
    for (const auto& text : texts)
        CHECK(parsed(json::quoted(text)) == text);
}

TEST_CASE("json: a line stays one line", "[base]")
{
    CHECK(json::quoted("a\nb\r\x01\x7f") == "\"a\\nb\\r\\u0001\x7f\"");
}

TEST_CASE("json: each byte that is not UTF-8 becomes U+FFFD", "[base]")
{
    const std::string r = "\xef\xbf\xbd";
    const std::pair<std::string, std::string> cases[] = {
        {"\xff", r},
        {"a\x80z", "a" + r + "z"},
        {"\xc3", r},                          // cut short
        {"\xc3(", r + "("},                   // no continuation
        {"\xc0\xaf", r + r},                  // overlong
        {"\xe0\x9f\xbf", r + r + r},          // overlong
        {"\xf0\x8f\xbf\xbf", r + r + r + r},  // overlong
        {"\xed\xa0\x80", r + r + r},          // a surrogate
        {"\xf4\x90\x80\x80", r + r + r + r},  // above U+10FFFF
        {"\xf5\x80\x80\x80", r + r + r + r},
        {"\xf0\x9f\x98", r + r + r},
        {"\xe2\x82", r + r},
    };
    for (const auto& [bytes, expected] : cases) {
        CAPTURE(bytes);
        CHECK(parsed(json::quoted(bytes)) == expected);
    }
}

TEST_CASE("json: any two bytes after each other make valid JSON", "[base]")
{
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    for (unsigned pair = 0; pair < 65536; ++pair) {
        const char bytes[] = {static_cast<char>(pair >> 8), static_cast<char>(pair & 255)};
        const std::string text = json::quoted({bytes, 2});
        if (parser.parse(text).get(root) != simdjson::SUCCESS)
            FAIL("no JSON for the bytes " << pair);
    }
}

TEST_CASE("json: append_string adds to what is there", "[base]")
{
    std::string out = "{";
    json::append_string(out, "a");
    CHECK(out == "{\"a\"");
}

TEST_CASE(
    "json: a problem document has RFC 9457's members, and no detail where none is given", "[base]"
)
{
    CHECK(
        json::problem(401, "Unauthorized", "missing_signature") ==
        R"({"type":"about:blank","title":"Unauthorized","status":401,"reason":"missing_signature"})"
    );
    CHECK(
        json::problem(400, "Bad \"Request\"", "bad_framing", "a\nb") ==
        R"({"type":"about:blank","title":"Bad \"Request\"","status":400,)"
        R"("reason":"bad_framing","detail":"a\nb"})"
    );
}
