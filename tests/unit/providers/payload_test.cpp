// The shapes of provider-facts §2 that have no sample file, and the choices where it leaves some.

#include "event/identity.hpp"
#include "support/catch.hpp"
#include "support/payloads.hpp"

using namespace webhookd;
using test::json_document;
using test::parsed;

namespace {

const std::string ulid = "01KHJY7C9WZVAYDHYSGYC1P070";

// `status` is the inside of statusUpdate after its id; `more` further members of the body.
std::string status_body(const std::string& status, const std::string& more = "")
{
    return R"({"statusUpdate":{"id":")" + ulid + R"(",)" + status + "}" + more + "}";
}

std::string type_of(const std::string& body)
{
    const receipt r = parsed(body);
    const std::string_view prefix = "ai.connectly.";
    REQUIRE(r.type.starts_with(prefix));
    return std::string{r.type.substr(prefix.size())};
}

std::string line_value(const std::string& body, const std::string& pointer)
{
    return json_document{test::line_of(parsed(body))}[pointer];
}

std::string data(const std::string& body, const std::string& pointer)
{
    return line_value(body, "/data/" + pointer);
}

}  // namespace

TEST_CASE("topic: where it is there it decides, else the structure does")
{
    CHECK(type_of(R"({"topic":"messages","message":{"text":"a"}})") == "messages.text");
    CHECK(type_of(R"({"topic":"messages"})") == "messages.unknown");
    CHECK(type_of(R"({"topic":"delivery_status"})") == "delivery_status.unknown");
    CHECK(
        type_of(R"({"topic":"messages","statusUpdate":{"id":"a","status":"sent"}})") ==
        "messages.unknown"
    );
    CHECK(type_of(R"({"statusUpdate":{"id":"a","status":"sent"}})") == "delivery_status.sent");
    CHECK(
        type_of(R"({"statusUpdate":{"id":"a","status":"sent"},"message":null})") ==
        "delivery_status.sent"
    );
    CHECK(type_of(R"({"statusUpdate":null,"message":{"text":"a"}})") == "messages.text");
    CHECK(type_of(R"({"buttonResponse":{"text":"a"}})") == "messages.button_reply");
    CHECK(type_of(R"({"attachments":[{"type":"image"}]})") == "messages.image");
    CHECK(type_of(R"({"location":{"latitude":1}})") == "messages.location");
    CHECK(type_of(R"({"report":{"last_run":{"status":"completed"}}})") == "report.completed");
    CHECK(type_of(R"({"attachments":[],"location":null})") == "unrecognized");
    CHECK(type_of(R"({})") == "unrecognized");
}

TEST_CASE("topic: null, empty and unspecified are absent, one that nobody knows is unrecognized")
{
    CHECK(type_of(R"({"topic":null,"message":{"text":"a"}})") == "messages.text");
    CHECK(type_of(R"({"topic":"","message":{"text":"a"}})") == "messages.text");
    CHECK(type_of(R"({"topic":"topic_unspecified","message":{"text":"a"}})") == "messages.text");
    CHECK(type_of(R"({"topic":"calls","message":{"text":"a"}})") == "unrecognized");
    CHECK(type_of(R"({"topic":"Messages","message":{"text":"a"}})") == "unrecognized");
    CHECK(type_of(R"({"topic":7,"message":{"text":"a"}})") == "unrecognized");
    CHECK(type_of(R"({"topic":{"a":"messages"},"message":{"text":"a"}})") == "unrecognized");
}

TEST_CASE("topic: an unrecognized object is shown verbatim and keeps its time and callback data")
{
    const std::string body =
        R"({"topic":"calls","timestamp":"1771235950","callbackData":[1],"x":1})";
    const json_document read{test::line_of(parsed(body))};

    CHECK(read["/data/topic"] == "unrecognized");
    CHECK(read["/data/payload"] == body);
    CHECK(read["/data/callback_data"] == "[1]");
    CHECK(read["/time"] == "2026-02-16T09:59:10Z");
    CHECK(parsed(body).id_order == 1771235950000u);
}

TEST_CASE("status: each spelling has its type, what is not known is told as it was spelled")
{
    CHECK(type_of(status_body(R"("status":"sent")")) == "delivery_status.sent");
    CHECK(
        type_of(status_body(R"("status":"delivery_failure")")) == "delivery_status.delivery_failed"
    );
    CHECK(data(status_body(R"("status":"delivery_failure")"), "status") == "delivery_failed");
    CHECK(type_of(status_body(R"("status":"deleted")")) == "delivery_status.unknown");
    CHECK(data(status_body(R"("status":"deleted")"), "status") == "deleted");
    CHECK(data(status_body(R"("status":"a\nb")"), "status") == "a\nb");
    CHECK(data(status_body(R"("status":"")"), "status") == "null");
    CHECK(data(status_body(R"("status":null)"), "status") == "null");
    CHECK(data(status_body(R"("status":["sent"])"), "status") == "null");
    CHECK(type_of(status_body(R"("status":["sent"])")) == "delivery_status.unknown");
}

TEST_CASE("status: the alias and the current spelling of a failure are one event")
{
    const auto a = parsed(status_body(R"("status":"delivery_failed","error":{"code":"X"})"));
    const auto b = parsed(status_body(R"("status":"delivery_failure","error":{"code":"X"})"));
    const auto c = parsed(status_body(R"("status":"delivery_failed","error":{"code":"Y"})"));

    CHECK(a.id == b.id);
    CHECK(a.id != c.id);
}

TEST_CASE("status: both spellings of an id are one event with one subject")
{
    const auto a =
        parsed(R"({"statusUpdate":{"id":"01KHJY7C9WZVAYDHYSGYC1P070","status":"read"}})");
    const auto b = parsed(R"({"statusUpdate":{"id":"019c65e3-b13c-fed5-e6c7-d987981b00e0",)"
                          R"("status":"read"},"timestamp":"1"})");
    const auto c =
        parsed(R"({"statusUpdate":{"id":"01khjy7c9wzvaydhysgyc1p070","status":"read"}})");

    for (const receipt* const r : {&a, &b, &c}) {
        CHECK(r->id == a.id);
        CHECK(r->id_order == 1771235946812u);
        CHECK(r->subject == ulid);
        CHECK(r->message == message_id{ulid});
    }
}

TEST_CASE("status: an opaque id is its own subject and has no time, a number is its digits")
{
    const auto r = parsed(R"({"statusUpdate":{"id":"wamid.X=","status":"read"},"timestamp":"9"})");
    CHECK(r.subject == "wamid.X=");
    CHECK(r.id_order == 0);
    CHECK(
        r.id == event_id_of(
                    "default",
                    {"delivery_status", "ffffffffffffffffffffffffffffffff77616d69642e583d", "read"}
                )
    );
    CHECK(parsed(R"({"statusUpdate":{"id":7,"status":"read"}})").subject == "7");
}

TEST_CASE("status: without an id it is still a status, under the digest of its body")
{
    const char* const body = GENERATE(
        R"({"statusUpdate":{"status":"read"},"timestamp":"1771235950"})",
        R"({"statusUpdate":{"id":"","status":"read"},"timestamp":"1771235950"})",
        R"({"statusUpdate":{"id":null,"status":"read"},"timestamp":"1771235950"})",
        R"({"statusUpdate":{"id":{},"status":"read"},"timestamp":"1771235950"})"
    );
    INFO(body);
    const receipt r = parsed(body);
    std::string digest;
    append_hex(digest, sha256(std::string_view{body}));

    CHECK(r.type == "ai.connectly.delivery_status.read");
    CHECK(r.message.empty());
    CHECK(r.subject.empty());
    CHECK(r.id == event_id_of("default", {"body", digest}));
    CHECK(r.id_order == 1771235950000u);
}

TEST_CASE("status: the customer is the recipient, with its BSUID where there is one")
{
    const std::string body = status_body(
        R"("status":"sent")",
        R"(,"sender":{"id":"+1","userId":"no"},"recipient":{"id":"US.1","userId":"US.1",)"
        R"("phoneNumber":"","name":"A\u00e9"})"
    );
    const receipt r = parsed(body);

    CHECK(r.customer.key() == "US.1");
    CHECK(r.customer.phone_number.empty());
    CHECK(r.business.id == "+1");
    CHECK(
        data(body, "customer") ==
        "{\"id\":\"US.1\",\"name\":\"A\xc3\xa9\",\"user_id\":\"US.1\",\"phone_number\":null}"
    );
}

TEST_CASE("status: the campaign is found in each of its places")
{
    for (const char* const body :
         {R"({"metadata":{"campaign_name":"c"},"statusUpdate":{"id":"a"}})",
          R"({"metadata":{"campaignName":"c"},"statusUpdate":{"id":"a"}})",
          R"({"metadata":null,"statusUpdate":{"id":"a","metadata":{"campaign_name":"c"}}})",
          R"({"metadata":{},"statusUpdate":{"id":"a","metadata":{"campaignName":"\u0063"}}})"}) {
        INFO(body);
        CHECK(parsed(body).campaign == "c");
        CHECK(data(body, "campaign") == "c");
    }
    CHECK(parsed(R"({"metadata":"c","statusUpdate":{"id":"a"}})").campaign.empty());
    CHECK(parsed(R"({"metadata":{"campaign_name":""},"statusUpdate":{}})").campaign.empty());
}

TEST_CASE("status: callback data of any JSON type is told verbatim")
{
    for (const char* const value :
         {R"({ "a" : [ 1.50, 1e400, 123456789012345678901234567890 ] })",
          R"([])",
          R"("a \u0022 string")",
          "12.340",
          "true",
          "false"}) {
        INFO(value);
        const receipt r =
            parsed(status_body(R"("status":"sent")", std::string(R"(,"callbackData": )") + value));
        CHECK(r.callback_data_json == value);
        CHECK(
            render_head(r, test::uncorrelated(r), 1, test::received)
                .find(std::string(R"("callback_data":)") + value + ",") != std::string::npos
        );
    }
    CHECK(parsed(status_body(R"("status":"sent","callbackData":1)")).callback_data_json.empty());
    CHECK(parsed(status_body(R"("status":"sent")", R"(,"callbackData":null)"))
              .callback_data_json.empty());
}

TEST_CASE("status: callback data that is spread over lines is told on one")
{
    const receipt r =
        parsed("{\"statusUpdate\":{\"id\":\"a\"},\n\"callbackData\": {\n \"a\": 1\n}}");
    CHECK(r.callback_data_json == R"({"a":1})");
    CHECK(r.form == payload_form::minified);
}

TEST_CASE("error: a failure has one even where the provider gave none")
{
    for (const char* const given : {"", R"(,"error":null)", R"(,"error":{})", R"(,"error":[])"}) {
        INFO(given);
        const std::string body = status_body(std::string(R"("status":"delivery_failed")") + given);
        CHECK(data(body, "error/code") == "null");
        CHECK(data(body, "error/category") == "unknown");
        CHECK(data(body, "error/retryable") == "false");
    }
    CHECK(data(status_body(R"("status":"sent","error":{})"), "error") == "null");
    CHECK(data(status_body(R"("status":"sent","error":{"code":"X"})"), "error/code") == "X");
}

TEST_CASE("error: its numbers are told as strings, a text alone as the message")
{
    const std::string numeric = status_body(
        R"("status":"delivery_failed","error":{"code":131047,"cntTraceId":12093377461028845517})"
    );
    CHECK(data(numeric, "error/code") == "131047");
    CHECK(data(numeric, "error/trace_id") == "12093377461028845517");
    CHECK(data(numeric, "error/category") == "window");
    CHECK(parsed(numeric).error_code == "131047");
    CHECK(parsed(numeric).category == error_category::window);

    const std::string text = status_body(R"("status":"delivery_failed","error":"gone \"\u00e9")");
    CHECK(data(text, "error/message") == "gone \"\xc3\xa9");
    CHECK(data(text, "error/code") == "null");
}

TEST_CASE("messages: the three generations of a button reply")
{
    const std::string current =
        R"({"buttonResponse":{"text":"Yes","payload":"2"},"context":{"replyToId":"x"}})";
    CHECK(type_of(current) == "messages.button_reply");
    CHECK(data(current, "message/button") == R"({"id":null,"text":"Yes","payload":"2"})");
    CHECK(parsed(current).reply_to == message_id{"x"});

    const std::string captured = R"({"topic":"messages","metadata":null,"buttonResponse":{"id":)"
                                 R"("01KHJYACA0S86Z5JATM52C3M7Z","text":"Yes","payload":"2"}})";
    CHECK(data(captured, "message/id") == "01KHJYACA0S86Z5JATM52C3M7Z");
    CHECK(
        parsed(captured).id ==
        event_id_of("default", {"messages", "019c65e53140ca0df2c95aa144c1d0ff"})
    );
    CHECK(parsed(captured).id_order == 1771236045120u);

    const std::string first = R"({"message":{"text":"Yes","isButtonResponse":true}})";
    CHECK(type_of(first) == "messages.button_reply");
    CHECK(data(first, "message/text") == "Yes");
    CHECK(data(first, "message/button") == R"({"id":null,"text":"Yes","payload":null})");
    CHECK(type_of(R"({"message":{"text":"Yes","isButtonResponse":false}})") == "messages.text");
}

TEST_CASE("messages: attachments and location are found in the message and beside it")
{
    for (const char* const body :
         {R"({"message":{"attachments":[{"type":"document","url":"u","x":[{}]}],"location":null}})",
          R"({"message":{"attachments":[]},"attachments":[{"url":"u","type":"document"}]})"}) {
        INFO(body);
        CHECK(type_of(body) == "messages.document");
        CHECK(data(body, "message/attachments") == R"([{"type":"document","url":"u"}])");
    }
    for (const char* const body :
         {R"({"message":{"location":{"latitude":-1.50,"longitude":2,"name":"N"}}})",
          R"({"message":{"location":null},"location":{"latitude":-1.50,"longitude":2,"name":"N"}})"
         }) {
        INFO(body);
        CHECK(type_of(body) == "messages.location");
        CHECK(
            test::line_of(parsed(body))
                .find(R"("location":{"latitude":-1.50,"longitude":2,"name":"N","address":null})") !=
            std::string::npos
        );
    }
    CHECK(
        type_of(R"({"message":{"text":"a"},"attachments":[],"location":null})") == "messages.text"
    );
}

TEST_CASE("messages: several attachments are all told, the first says what it is")
{
    const std::string body =
        R"({"message":{"text":"see","attachments":[{"type":"image","url":"1"},7,null,)"
        R"({"type":"video","url":"2"},{}]}})";

    CHECK(type_of(body) == "messages.image");
    CHECK(data(body, "message/text") == "see");
    CHECK(
        data(body, "message/attachments") ==
        R"([{"type":"image","url":"1"},{"type":null,"url":null},{"type":null,"url":null},)"
        R"({"type":"video","url":"2"},{"type":null,"url":null}])"
    );
    CHECK(type_of(R"({"message":{"attachments":[{"type":"sticker"}]}})") == "messages.unknown");
    CHECK(type_of(R"({"message":{"attachments":[3]}})") == "messages.unknown");
}

TEST_CASE("messages: list replies and reactions are recognised under the names they may have")
{
    for (const char* const body :
         {R"({"listResponse":{"id":"r1","title":"Row"}})",
          R"({"message":{"listReply":{"id":"r1","title":"Row"}}})",
          R"({"message":{"interactive":{"type":"list_reply","list_reply":{"id":"r1","title":"Row"}}}})"
         }) {
        INFO(body);
        CHECK(type_of(body) == "messages.list_reply");
        CHECK(data(body, "message/button") == R"({"id":"r1","text":"Row","payload":null})");
    }
    CHECK(
        type_of(R"({"message":{"interactive":{"button_reply":{"id":"b"}}}})") ==
        "messages.button_reply"
    );
    CHECK(type_of(R"({"message":{"interactive":{"nfm_reply":{}}}})") == "messages.unknown");

    const std::string reaction =
        R"({"message":{"reaction":{"emoji":"\ud83d\ude80","messageId":"01KHJY7C9WZVAYDHYSGYC1P070"}}})";
    CHECK(type_of(reaction) == "messages.reaction");
    CHECK(data(reaction, "message/text") == "\xf0\x9f\x9a\x80");
    CHECK(parsed(reaction).reply_to == message_id{ulid});
}

TEST_CASE("messages: a message of no known shape is unknown, not an error")
{
    for (const char* const body :
         {R"({"message":{}})",
          R"({"message":"hi"})",
          R"({"message":[]})",
          R"({"message":7})",
          R"({"message":{"text":7}})",
          R"({"message":{"contacts":[{"name":"A"}]}})",
          R"({"message":{"attachments":{"type":"image"}}})"}) {
        INFO(body);
        CHECK(type_of(body) == "messages.unknown");
        CHECK(data(body, "message/kind") == "unknown");
    }
}

TEST_CASE("messages: an id that is a number or opaque identifies the message all the same")
{
    const auto a = parsed(R"({"message":{"id":"wamid.1","text":"a"},"timestamp":"1771235950"})");
    const auto b = parsed(R"({"message":{"id":"wamid.1","text":"b"},"timestamp":"1771235951"})");
    CHECK(a.id == b.id);
    CHECK(a.id_order == 0);
    CHECK(b.id_order == 0);
    CHECK(
        parsed(R"({"message":{"id":12,"text":"a"}})").id ==
        parsed(R"({"message":{"id":"12","text":"b"}})").id
    );
}

TEST_CASE("customer: never an empty phone number, and a number in place of a text is its digits")
{
    CHECK(parsed(R"({"message":{},"sender":{"id":"","phoneNumber":""}})").customer.key().empty());
    CHECK(parsed(R"({"message":{},"sender":{"phoneNumber":"+5"}})").customer.key() == "+5");
    CHECK(parsed(R"({"message":{},"sender":null})").subject.empty());
    CHECK(parsed(R"({"message":{},"sender":"+1"})").subject.empty());
    const std::string digits = R"({"message":{},"sender":{"id":16042221111}})";
    CHECK(parsed(digits).customer.key() == "16042221111");
    CHECK(data(digits, "customer/id") == "16042221111");
    CHECK(data(digits, "customer/phone_number") == "16042221111");
}

TEST_CASE("report: only a completed run is a completed report, known by its ids alone")
{
    const auto a = parsed(R"({"report":{"id":"r","last_run":{"id":"1","status":"completed"}}})");
    const auto b = parsed(R"({"topic":"report","timestamp":"2026-02-16T10:05:12Z",)"
                          R"("report":{"id":"r","last_run":{"id":"1","status":"completed"}}})");
    CHECK(a.id == b.id);
    CHECK(a.id_order == b.id_order);
    CHECK(a.subject == "r");
    CHECK(
        type_of(R"({"topic":"report","report":{"last_run":{"status":"failed"}}})") == "unrecognized"
    );
    CHECK(type_of(R"({"topic":"report"})") == "unrecognized");
    CHECK(parsed(R"({"report":{"id":"r","last_run":{"status":"completed"}}})").id != a.id);
}

TEST_CASE("time: seconds as text or number and RFC 3339 are read, anything else is the arrival")
{
    const auto time_of = [](const std::string& value) {
        return to_rfc3339(parsed(R"({"message":{},"timestamp":)" + value + "}").time);
    };
    CHECK(time_of(R"("1771235950")") == "2026-02-16T09:59:10Z");
    CHECK(time_of("1771235950") == "2026-02-16T09:59:10Z");
    CHECK(time_of(R"("2026-02-16T09:59:10Z")") == "2026-02-16T09:59:10Z");
    CHECK(time_of(R"("2026-02-16T10:59:10.5+01:00")") == "2026-02-16T09:59:10.500000Z");
    CHECK(time_of(R"("253402300799")") == "9999-12-31T23:59:59Z");
    CHECK(time_of(R"("1")") == "1970-01-01T00:00:01Z");
    for (const char* const bad :
         {R"("")",
          R"("0")",
          "0",
          "-1",
          R"("-5")",
          R"("soon")",
          R"("1771235950.5")",
          "1771235950.5",
          R"("253402300800")",
          "99999999999999999999",
          R"("99999999999999999999")",
          "1e9",
          "null",
          "true",
          "[]",
          "{}",
          R"("1969-12-31T23:59:59Z")",
          R"("2026-02-30T00:00:00Z")",
          R"(" 1771235950")",
          R"("+1771235950")",
          R"("1771235950 ")"}) {
        INFO(bad);
        CHECK(time_of(bad) == "2026-02-16T10:00:50Z");
        CHECK(parsed(std::string(R"({"message":{},"timestamp":)") + bad + "}").id_order == 0);
    }
    CHECK(parsed(R"({"message":{},"timestamp":"253402300799"})").id_order == 253402300799000u);
}

TEST_CASE("channel: the customer's or the business's, whatever it is")
{
    CHECK(data(R"({"message":{},"sender":{"channelType":"sms"}})", "channel") == "sms");
    CHECK(
        data(R"({"message":{},"recipient":{"channelType":"whatsapp"}})", "channel") == "whatsapp"
    );
    CHECK(data(R"({"message":{}})", "channel") == "null");
}
