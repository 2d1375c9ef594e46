#include "event/event.hpp"

#include "event/identity.hpp"
#include "event/one_line.hpp"
#include "support/catch.hpp"

#include <simdjson.h>

#include <cstring>

using namespace webhookd;

namespace {

event with_body(std::string_view body, payload_form form)
{
    event e;
    e.head = R"({"data":{"payload":)";
    e.form = form;
    e.memory = block{body.size()};
    std::memcpy(e.memory.data(), body.data(), body.size());
    e.body = {e.memory.data(), body.size()};
    return e;
}

std::string payload_of(std::string_view body, payload_form form)
{
    std::string out;
    append_payload(out, with_body(body, form));
    return out;
}

}  // namespace

TEST_CASE("event: an id is written with 26 characters and read in any case")
{
    const bits128 id{
        0x01,
        0x9c,
        0x65,
        0xe3,
        0xb1,
        0x3c,
        0xfe,
        0xd5,
        0xe6,
        0xc7,
        0xd9,
        0x87,
        0x98,
        0x1b,
        0x00,
        0xe0
    };

    CHECK(event_id_text(id) == "evt_01KHJY7C9WZVAYDHYSGYC1P070");
    CHECK(parse_event_id("evt_01KHJY7C9WZVAYDHYSGYC1P070") == id);
    CHECK(parse_event_id("EVT_01khjy7c9wzvaydhysgyc1p070") == id);
}

TEST_CASE("event: what is not an event id is not read as one")
{
    const char* const text = GENERATE(
        "",
        "evt",
        "evt_",
        "01KHJY7C9WZVAYDHYSGYC1P070",
        "evt-01KHJY7C9WZVAYDHYSGYC1P070",
        "evt_01KHJY7C9WZVAYDHYSGYC1P07",
        "evt_01KHJY7C9WZVAYDHYSGYC1P0700",
        "evt_81KHJY7C9WZVAYDHYSGYC1P070",
        "evt_01KHJY7C9WZVAYDHYSGYC1P07U",
        "evt_ 01KHJY7C9WZVAYDHYSGYC1P07"
    );
    INFO(text);
    CHECK_FALSE(parse_event_id(text));
}

TEST_CASE("event: a verbatim payload is the very bytes of the body")
{
    const std::string_view body = "{ \"a\" :\t1.0 , \"b\":\"\\u00e9 \xc3\xa9\" } ";
    CHECK(payload_of(body, payload_form::verbatim) == body);
}

TEST_CASE("event: a minified payload loses the white space outside of strings, and nothing else")
{
    CHECK(
        payload_of(
            "{\r\n\t\"a b\" : [ 1.0,\n -2e+3 ],\n\"c\":\" \\n \"}\n", payload_form::minified
        ) == "{\"a b\":[1.0,-2e+3],\"c\":\" \\n \"}"
    );
}

TEST_CASE("event: minifying is right for texts of every length round simdjson's block sizes")
{
    for (std::size_t length = 0; length < 300; ++length) {
        INFO(length);
        const std::string value(length, 'x');
        const std::string spaced = "{\n  \"k\": \"" + value + "\",\n  \"l\": [ ]\n}\n";
        CHECK(payload_of(spaced, payload_form::minified) == "{\"k\":\"" + value + "\",\"l\":[]}");
    }
}

TEST_CASE("event: any other payload is quoted Base64, and an event of our own has null")
{
    CHECK(payload_of("\xff\n", payload_form::base64) == "\"/wo=\"");
    CHECK(payload_of("", payload_form::base64) == "\"\"");
    CHECK(payload_of("", payload_form::none) == "null");
}

TEST_CASE("event: a line is the head, the payload, the tail and one newline, behind what was there")
{
    std::string out = "before\n";
    append_line(out, with_body("{}", payload_form::verbatim));
    append_line(out, with_body("{\n}", payload_form::minified));

    CHECK(out == "before\n{\"data\":{\"payload\":{}}}\n{\"data\":{\"payload\":{}}}\n");
}

TEST_CASE("one line: a text with a newline is minified, one without is left as it is")
{
    std::string out;
    append_one_line(out, "{ \"a\": 1 }");
    append_one_line(out, "{\n\"a\": 1 }");
    append_one_line(out, "[1,\r2]");
    append_one_line(out, "\"a\\nb\"");
    append_one_line(out, "");

    CHECK(out == "{ \"a\": 1 }{\"a\":1}[1,2]\"a\\nb\"null");
}

TEST_CASE("identity: the id is the start of SHA-256 over the namespace and the parts, LF between")
{
    const bits128 id = event_id_of("default", {"messages", "00ff"});
    const bits256 digest = sha256(std::string_view{"default\nmessages\n00ff"});

    CHECK(std::equal(id.begin(), id.end(), digest.begin()));
    CHECK(id != event_id_of("other", {"messages", "00ff"}));
    CHECK(id != event_id_of("default", {"messages", "00fe"}));
    CHECK(id != event_id_of("default", {"messages", "00ff", ""}));
}
