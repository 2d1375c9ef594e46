#include "base/json_valid.hpp"

#include "base/glob.hpp"
#include "support/catch.hpp"

#include <string>

using namespace webhookd;

TEST_CASE("json: any value of RFC 8259 is valid", "[base]")
{
    const char* text = GENERATE(
        "null",
        " true ",
        "false",
        "0",
        "-0.5e+10",
        "123456789012345678901234567890",
        "1E400",
        "\"\"",
        "\"\\u00e9\\n\\\"\\/\"",
        "\"\xf0\x9f\x93\xa6\"",
        "[]",
        "[1,[2,{}]]",
        "{}",
        "{\"a\":1,\"a\":2,\"\":[]}",
        "\r\n\t{ \"a\" : [ 1 , 2 ] }\n"
    );
    CAPTURE(text);

    CHECK(json::is_valid(text));
}

TEST_CASE("json: what is not one JSON value is not valid", "[base]")
{
    const char* text = GENERATE(
        "",
        " ",
        "nul",
        "True",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "-",
        "NaN",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"a\nb\"",
        "[1,]",
        "[1 2]",
        "[",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "{\"a\":1",
        "{} {}",
        "null null",
        "1,",
        "// c\n1",
        "'a'",
        "\"\xff\"",
        "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"",
        "\"\xe2\x82"
    );
    CAPTURE(text);

    CHECK_FALSE(json::is_valid(text));
}

TEST_CASE("json: nesting has a limit", "[base]")
{
    CHECK(json::is_valid(std::string(256, '[') + std::string(256, ']')));
    CHECK_FALSE(json::is_valid(std::string(257, '[') + std::string(257, ']')));
    CHECK_FALSE(json::is_valid(std::string(1'000'000, '[')));
}

TEST_CASE("glob: star stands for any text and question mark for one byte", "[base]")
{
    struct {
        const char* pattern;
        const char* text;
        bool fits;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "abc", true},
        {"a*c", "abbc", true},
        {"a*c", "abcd", false},
        {"*.sent", "x.delivery_status.sent", true},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"*a*b*", "xxaxxbxx", true},
        {"**a", "ba", true},
        {"a.c", "abc", false},
        {"[a]", "[a]", true},
    };

    for (const auto& c : cases) {
        CAPTURE(c.pattern, c.text);
        CHECK(glob_matches(c.pattern, c.text) == c.fits);
    }
    const std::string many(3000, 'a');
    CHECK_FALSE(glob_matches("*a*a*a*a*a*a*a*a*b", many));
}
