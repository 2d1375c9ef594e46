// Bodies that no provider should send: each is kept, told and marked, whatever it holds.

#include "event/identity.hpp"
#include "providers/json_reader.hpp"
#include "support/catch.hpp"
#include "support/json_oracle.hpp"
#include "support/payloads.hpp"

using namespace webhookd;
using namespace std::string_literals;
using test::json_document;
using test::parsed;

namespace {

std::string base64_of(std::string_view body)
{
    std::string out;
    append_base64(out, as_bytes(body));
    return out;
}

void check_kept_as_base64(const std::string& body)
{
    const receipt r = parsed(body);
    CHECK(r.topic == topic::unrecognized);
    CHECK(r.form == payload_form::base64);
    CHECK(r.time == test::received);
    CHECK(r.id_order == 0);
    CHECK(r.subject.empty());
    std::string digest;
    append_hex(digest, sha256(body));
    CHECK(r.id == event_id_of("default", {"body", digest}));

    const std::string line = test::line_of(parsed(body));
    const json_document read{line};
    CHECK(read["/type"] == "ai.connectly.unrecognized");
    CHECK(read["/data/topic"] == "unrecognized");
    CHECK(read["/data/payload_base64"] == base64_of(body));
    CHECK(read["/data/payload"] == "(none)");
    CHECK(line.find('\n') == line.size() - 1);
}

std::string nested(std::size_t levels, char open, char close)
{
    return R"({"message":{"text":"a"},"a":)" + std::string(levels - 1, open) +
           std::string(levels - 1, close) + "}";
}

std::string object_chain(std::size_t levels)
{
    std::string out;
    for (std::size_t i = 0; i < levels; ++i)
        out += R"({"a":)";
    return out + "1" + std::string(levels, '}');
}

}  // namespace

TEST_CASE("bad input: what is not one valid JSON object is kept as Base64")
{
    const std::vector<std::string> bodies{
        "",
        " ",
        "\n",
        "x",
        "{",
        "}",
        "\"",
        "0",
        "null",
        "true",
        "[]",
        "[{}]",
        "\"a\"",
        "{}{}",
        "{} {}",
        "{},",
        "{}]",
        "{}x",
        "{}\"a\"",
        "{} null",
        "{}\0"s,
        "\0{}"s,
        "{\0}"s,
        "{\"a\":1\0}"s,
        "{\"a\":\"\0\"}"s,
        "{\"a\":\"\n\"}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\x1f\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc0\xaf\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "{\"a\":\"\xf5\x80\x80\x80\"}",
        "{\"a\":\"\xc3\"}",
        "{\"\xff\":1}",
        "\xef\xbb\xbf{}",
        "\xff\xfe{\0}\0"s,
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{,\"a\":1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\" 1}",
        "{\"a\"::1}",
        "{\"a\":1,,\"b\":2}",
        "{a:1}",
        "{'a':1}",
        "{1:1}",
        "{\"a\":[1,]}",
        "{\"a\":[,1]}",
        "{\"a\":[1 2]}",
        "{\"a\":[1}",
        "{\"a\":[}]",
        "{\"a\":{]}",
        "{\"a\":[\"b\":1]}",
        "{\"a\":\"b}",
        "{\"a\":\"b\"c\"}",
        "{\"a\":\"b\" \"c\"}",
        "{\"a\":\"b\"\"c\"}",
        "{\"a\":true\"c\"}",
        "{\"a\":tru}",
        "{\"a\":truE}",
        "{\"a\":truee}",
        "{\"a\":nul}",
        "{\"a\":nulll}",
        "{\"a\":falsey}",
        "{\"a\":True}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":undefined}",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":-01}",
        "{\"a\":+1}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1.e5}",
        "{\"a\":1e}",
        "{\"a\":1e+}",
        "{\"a\":1e1.5}",
        "{\"a\":0x10}",
        "{\"a\":1_000}",
        "{\"a\":--1}",
        "{\"a\":1-1}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\U0041\"}",
        "{\"a\":\"\\\"}",
        "{\"\\q\":1}",
        "{\"a\":1}//c",
        "{/*c*/}",
        "{\"a\":1\f}",
        "{\"a\":1\v}",
        "{\"a\":\x1a"
        "1}",
        "{\"a\"\x1a"
        "1}",
        "{\"a\":1\x0c\"b\":2}",
        "{\"a\":1\xa0}",
        "{\"a\":1\xc2\xa0}",
        "{\"message\":{\"text\":\"cut off in the mid",
        "{\"message\":{\"text\":\"a\"}",
        std::string(1000, '{'),
        std::string(1000, '['),
        std::string(1000, '"'),
        std::string(1000, '\\'),
        std::string(1000, ' '),
    };
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        DYNAMIC_SECTION(i << ": " << bodies[i].substr(0, 40))
        {
            CHECK_FALSE(test::json_oracle{bodies[i]}.object());
            check_kept_as_base64(bodies[i]);
        }
    }
}

TEST_CASE("bad input: valid JSON that is only odd is shown verbatim")
{
    for (const std::string& body : {
             R"({"a":123456789012345678901234567890,"b":-1E+400,"c":0.10,"d":-0,"e":1e-999})"s,
             R"({"":{},"a":[[],{}],"\u0000":"\u0000\/\b\f\n\r\t\\\""})"s,
             "  \t {\"a\" :1 } \t"s,
             "{\"a\":\"\x7f\xc2\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf\xe2\x80\xa8\"}"s,
             R"({"a":"\ud83d\ude80\uD83D\uDE80\ufffe"})"s,
             "{}"s,
         }) {
        INFO(body);
        const receipt r = parsed(body);
        CHECK(r.form == payload_form::verbatim);
        CHECK(r.topic == topic::unrecognized);
        CHECK(test::line_of(parsed(body)).ends_with(",\"payload\":" + body + "}}\n"));
    }
}

TEST_CASE("bad input: nesting up to the limit is shown, one level more is kept as Base64")
{
    const std::size_t limit = json::depth_max;
    for (const std::string& body : {nested(limit, '[', ']'), object_chain(limit)}) {
        CHECK(parsed(body).form == payload_form::verbatim);
        CHECK(test::line_of(parsed(body)).ends_with(body + "}}\n"));
    }
    for (const std::string& body :
         {nested(limit + 1, '[', ']'),
          object_chain(limit + 1),
          nested(10'000, '[', ']'),
          object_chain(10'000),
          object_chain(200'000)})
        check_kept_as_base64(body);
}

TEST_CASE("bad input: of members with the same key the last one counts, whole")
{
    const receipt r = parsed(
        R"({"topic":"report","topic":"messages","sender":{"id":"+1","userId":"US.1"},)"
        R"("sender":{"id":"+2"},"message":{"id":"x","text":"first"},"message":{"text":"second"}})"
    );
    CHECK(r.type == "ai.connectly.messages.text");
    CHECK(r.customer.key() == "+2");
    CHECK(r.customer.user_id.empty());
    CHECK(r.message_json.find(R"("id":null,"text":"second")") != std::string::npos);

    const receipt gone = parsed(R"({"message":{"text":"a"},"message":null})");
    CHECK(gone.topic == topic::unrecognized);
    CHECK(gone.form == payload_form::verbatim);
}

TEST_CASE("bad input: keys come in any order and with escapes")
{
    const receipt r = parsed(
        R"({"statusUpd\u0061te":{"stat\u0075s":"r\u0065ad","\u0069d":"01KHJY7C9WZVAYDHYSGYC1P070"},)"
        R"("recipient":{"id":"\u002b525512345678"},"top\u0069c":"delivery\u005fstatus"})"
    );
    CHECK(r.type == "ai.connectly.delivery_status.read");
    CHECK(r.subject == "01KHJY7C9WZVAYDHYSGYC1P070");
    CHECK(r.customer.key() == "+525512345678");
    // A key that only looks like one when its escapes are not read.
    CHECK(parsed(R"({"message\\":{"text":"a"}})").topic == topic::unrecognized);
    CHECK(parsed("{\"messag\":{},\"messages\":{},\"Message\":{}}").topic == topic::unrecognized);
}

TEST_CASE("bad input: half a surrogate pair keeps the event's type, with the body as Base64")
{
    const std::string body =
        R"({"message":{"text":"cut \ud83d"},"sender":{"id":"+1","name":"\ude80\ud83d\ud83d\ude80"},)"
        R"("callbackData":{"k":"\uD83D","\udc00":1},"metadata":{"campaign_name":"c\ud800"}})";
    const receipt r = parsed(body);
    CHECK(r.type == "ai.connectly.messages.text");
    CHECK(r.form == payload_form::base64);
    CHECK(r.body == body);
    CHECK(r.campaign == "c\xef\xbf\xbd");

    const json_document read{test::line_of(parsed(body))};
    CHECK(read["/data/payload_base64"] == base64_of(body));
    CHECK(read["/data/message/text"] == "cut \xef\xbf\xbd");
    CHECK(read["/data/customer/name"] == "\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x9a\x80");
    CHECK(read["/data/callback_data"] == "{\"k\":\"\xef\xbf\xbd\",\"\xef\xbf\xbd\":1}");
}

TEST_CASE("bad input: a receipt's texts stay where they are when it is moved")
{
    for (const char* const body :
         {R"({"message":{},"sender":{"id":"\u002b1"}})",
          R"({"a":"\u0061","callbackData":"\ud800"})",
          R"({"statusUpdate":{"id":"019c65e3-b13c-fed5-e6c7-d987981b00e0","status":"\u0078"}})"}) {
        receipt first = parsed(body);
        const std::string before = render_head(first, test::uncorrelated(first), 1, test::received);
        auto moved = std::make_unique<receipt>(std::move(first));
        first = receipt{};
        CHECK(render_head(*moved, test::uncorrelated(*moved), 1, test::received) == before);
    }
}

TEST_CASE("bad input: a body of a megabyte is read, and a small one after it")
{
    const auto worker = find_provider("connectly")->make_worker({{"one", secret_value{"k"}, {}}});
    const std::string large =
        R"({"message":{"text":")" + std::string(1u << 20, 'x') + R"("},"sender":{"id":"+1"}})";
    for (const std::string& body : {large, "{\"message\":{\"text\":\"a\"}}"s, large}) {
        receipt r = test::receive(body);
        worker->parse(r);
        CHECK(r.type == "ai.connectly.messages.text");
        CHECK(r.form == payload_form::verbatim);
    }
}
