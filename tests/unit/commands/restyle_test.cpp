#include "commands/restyle.hpp"

#include "support/catch.hpp"

using namespace webhookd::commands;

namespace {

std::string written(std::string_view text, std::string_view style)
{
    for (const json_style& s : json_styles())
        if (s.name == style)
            return restyle(text, s);
    return "no such style";
}

constexpr std::string_view text =
    "{ \"a\" : [1.0, \"\xc3\xa9\\ud83d\\ude80/\\u0001\\t\\\"\"],\n\"b\":{} ,\"c\":[ "
    "],\"d\":null}\n";

}  // namespace

TEST_CASE("restyle: each program's way of writing JSON, as the program itself writes it")
{
    CHECK(
        written(text, "without its white space") ==
        "{\"a\":[1.0,\"\xc3\xa9\\ud83d\\ude80/\\u0001\\t\\\"\"],\"b\":{},\"c\":[],\"d\":null}"
    );
    CHECK(
        written(text, "as JavaScript's JSON.stringify does") ==
        "{\"a\":[1.0,\"\xc3\xa9\xf0\x9f\x9a\x80/\\u0001\\t\\\"\"],\"b\":{},\"c\":[],\"d\":null}"
    );
    CHECK(
        written(text, "as Python's json.dumps does") ==
        "{\"a\": [1.0, \"\\u00e9\\ud83d\\ude80/\\u0001\\t\\\"\"], \"b\": {}, \"c\": [], \"d\": "
        "null}"
    );
    CHECK(
        written(text, "as PHP's json_encode does") ==
        "{\"a\":[1.0,\"\\u00e9\\ud83d\\ude80\\/\\u0001\\t\\\"\"],\"b\":{},\"c\":[],\"d\":null}"
    );
    CHECK(
        written(text, "as JSON.stringify with an indent of 2 does") ==
        "{\n  \"a\": [\n    1.0,\n    \"\xc3\xa9\xf0\x9f\x9a\x80/\\u0001\\t\\\"\"\n  ],\n"
        "  \"b\": {},\n  \"c\": [],\n  \"d\": null\n}"
    );
}

TEST_CASE("restyle: writing again changes nothing more")
{
    for (const json_style& style : json_styles()) {
        INFO(style.name);
        const std::string once = restyle(text, style);
        CHECK(restyle(once, style) == once);
    }
}

TEST_CASE("restyle: what is not JSON does no harm")
{
    for (const json_style& style : json_styles())
        for (const std::string_view bad :
             {"",
              " ",
              "\"",
              "\"\\",
              "}}}]]",
              "[[[",
              "{\"a",
              "\xff\xf0\x80",
              "\"\xf0\"",
              ":,:,",
              "\"\\ud800\""}) {
            const std::string out = restyle(bad, style);
            CHECK(out.size() < 200);
        }
}
