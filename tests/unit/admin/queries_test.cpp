#include "base/json_valid.hpp"
#include "event/message_id.hpp"
#include "running_admin.hpp"
#include "support/catch.hpp"

#include <simdjson.h>

#include <set>

using namespace testing;
using namespace webhookd;

namespace {

// A field of a JSON text by its JSON pointer, as JSON.
std::string at(const std::string& text, std::string_view pointer)
{
    simdjson::dom::parser parser;
    simdjson::dom::element found;
    if (parser.parse(text).at_pointer(pointer).get(found) != simdjson::SUCCESS)
        return "(absent)";
    return simdjson::minify(found);
}

std::string uuid_of(const std::string& ulid_text)
{
    std::string out;
    append_uuid(out, *message_id{ulid_text}.value());
    return out;
}

void check_problem(const http_answer& a, int status, const std::string& reason)
{
    CHECK(a.status == status);
    CHECK(a.says("application/problem+json"));
    CHECK(at(a.body, "/status") == std::to_string(status));
    CHECK(at(a.body, "/reason") == '"' + reason + '"');
}

}  // namespace

TEST_CASE("admin: a message is answered by either spelling of its id", "[admin]")
{
    running_admin admin;
    status sent;
    sent.callback = R"({"order_id":"12345"})";
    sent.campaign = "spring_launch_mx";
    status delivered = sent;
    delivered.what = delivery_status::delivered;
    delivered.at = noon + 2s;
    admin.take(sent, delivered);
    const std::string id = ulid(1);

    for (const std::string& spelling : {id, uuid_of(id)}) {
        const http_answer a = admin.get("/v1/messages/" + spelling);

        CHECK(a.status == 200);
        CHECK(a.says("Content-Type: application/json"));
        CHECK(at(a.body, "/message_id") == '"' + id + '"');
        CHECK(at(a.body, "/business/id") == "\"+14085550137\"");
        CHECK(at(a.body, "/customer/id") == "\"+525512345678\"");
        CHECK(at(a.body, "/callback_data/order_id") == "\"12345\"");
        CHECK(at(a.body, "/campaign") == "\"spring_launch_mx\"");
        CHECK(at(a.body, "/context") == "null");
        CHECK(at(a.body, "/error") == "null");
        CHECK(at(a.body, "/lifecycle/status") == "\"delivered\"");
        CHECK(at(a.body, "/lifecycle/sent_at") == "\"2026-02-16T09:59:10Z\"");
        CHECK(at(a.body, "/lifecycle/sent_to_delivered_ms") == "2000");
        CHECK(at(a.body, "/replies") == "[]");
        CHECK(at(a.body, "/events/1/sequence") == "\"2\"");
        CHECK(at(a.body, "/events/0/type").find("delivery_status.sent") != std::string::npos);
    }
    check_problem(admin.get("/v1/messages/" + id + "?namespace=other"), 404, "not_found");
    check_problem(admin.get("/v1/messages/" + ulid(7)), 404, "not_found");
}

TEST_CASE("admin: a context joins its message before or after the webhooks", "[admin]")
{
    running_admin admin;
    const bool before = GENERATE(true, false);
    if (!before)
        admin.take(status{});

    const http_answer put = admin.ask(
        "PUT", "/v1/messages/" + ulid(1) + "/context", R"({"order":12345678901234567890123})"
    );
    CHECK(put.status == 204);
    CHECK(put.body.empty());
    if (before)
        admin.take(status{});

    const http_answer a = admin.get("/v1/messages/" + ulid(1));
    CHECK(a.status == 200);
    CHECK(a.body.find(R"("context":{"order":12345678901234567890123})") != std::string::npos);
    CHECK(a.body.find(R"("status":"sent")") != std::string::npos);
}

TEST_CASE("admin: a context that is no JSON or too large changes nothing", "[admin]")
{
    running_admin admin;
    admin.take(status{});
    const std::string target = "/v1/messages/" + ulid(1) + "/context";
    REQUIRE(admin.ask("PUT", target, "\"first\"").status == 204);

    for (const char* bad : {"{", "nonsense", "{\"a\":1}x", "\"\xff\"", " ", "[1,]", "NaN"})
        check_problem(admin.ask("PUT", target, bad), 400, "invalid_json");
    check_problem(admin.ask("PUT", target), 400, "invalid_json");
    const std::string large = '"' + std::string(16 * 1024 - 1, 'a') + '"';
    check_problem(admin.ask("PUT", target, large), 413, "body_too_large");
    check_problem(admin.ask("PUT", target, std::string(70'000, ' ')), 413, "body_too_large");

    CHECK(at(admin.get("/v1/messages/" + ulid(1)).body, "/context") == "\"first\"");
    const std::string most = '"' + std::string(16 * 1024 - 2, 'a') + '"';
    CHECK(admin.ask("PUT", target, most).status == 204);
}

TEST_CASE("admin: messages come in pages, each one once", "[admin]")
{
    running_admin admin;
    for (std::uint64_t i = 0; i < 25; ++i) {
        status s;
        s.message = ulid(i);
        s.customer = i % 2 == 0 ? "+525500000000" : "+525511111111";
        s.campaign = i % 5 == 0 ? "five" : "";
        admin.take(s);
    }
    std::set<std::string> seen;
    std::string next;
    int pages = 0;
    do {
        const http_answer a =
            admin.get("/v1/messages?limit=10" + (next.empty() ? "" : "&after=" + next));
        REQUIRE(a.status == 200);
        simdjson::dom::parser parser;
        const auto page = parser.parse(a.body);
        const simdjson::dom::array items = page["items"].get_array().value();
        for (const auto item : items)
            CHECK(seen.emplace(item["message_id"].get_string().value()).second);
        next = at(a.body, "/next");
        next = next == "null" ? "" : next.substr(1, next.size() - 2);
        REQUIRE(++pages < 10);
    } while (!next.empty());
    CHECK(seen.size() == 25);

    const auto count = [&](const std::string& query) {
        simdjson::dom::parser parser;
        const std::string body = admin.get("/v1/messages?" + query).body;
        return parser.parse(body)["items"].get_array().value().size();
    };
    CHECK(count("customer=+525500000000") == 13);
    CHECK(count("customer=%2B525500000000&status=sent") == 13);
    CHECK(count("customer=%2B525500000000&status=read") == 0);
    CHECK(count("campaign=five") == 5);
    CHECK(count("namespace=other") == 0);
}

TEST_CASE("admin: conversations and campaigns are answered", "[admin]")
{
    running_admin admin;
    status s;
    s.campaign = "spring launch";
    inbound reply;
    reply.at = noon + 60s;
    reply.reply_to = uuid_of(ulid(1));
    admin.take(s, reply);

    const http_answer c = admin.get("/v1/conversations/+14085550137/%2B525512345678");
    CHECK(c.status == 200);
    CHECK(at(c.body, "/customer/id") == "\"+525512345678\"");
    CHECK(at(c.body, "/session_window/expires_at") == "\"2026-02-17T10:00:10Z\"");
    CHECK(at(c.body, "/messages/0/message_id") == '"' + ulid(1) + '"');
    check_problem(admin.get("/v1/conversations/+14085550137/nobody"), 404, "not_found");

    const http_answer one = admin.get("/v1/campaigns/spring%20launch");
    CHECK(at(one.body, "/sent") == "1");
    CHECK(at(one.body, "/replies") == "1");
    CHECK(at(admin.get("/v1/campaigns").body, "/items/0/name") == "\"spring launch\"");
    check_problem(admin.get("/v1/campaigns/none"), 404, "not_found");
}

TEST_CASE("admin: events after a sequence, with the bytes they came with", "[admin]")
{
    running_admin admin;
    for (std::uint64_t i = 1; i <= 7; ++i) {
        status s;
        s.message = ulid(i);
        s.what = i % 2 == 0 ? delivery_status::read : delivery_status::sent;
        admin.take(s);
    }

    const http_answer first = admin.get("/v1/events?limit=3");
    CHECK(json::is_valid(first.body));
    CHECK(at(first.body, "/items/2/sequence") == "\"3\"");
    CHECK(at(first.body, "/next") == "\"3\"");
    const http_answer rest = admin.get("/v1/events?after=3&limit=1000");
    CHECK(at(rest.body, "/items/3/sequence") == "\"7\"");
    CHECK(at(rest.body, "/next") == "null");
    CHECK(at(admin.get("/v1/events?after=7").body, "/items") == "[]");
    const http_answer reads = admin.get("/v1/events?type=*.read&limit=2");
    CHECK(at(reads.body, "/items/1/sequence") == "\"4\"");
    CHECK(at(reads.body, "/items/2") == "(absent)");
    CHECK(at(reads.body, "/next") == "\"4\"");
}

TEST_CASE("admin: bad queries are told what is wrong", "[admin]")
{
    running_admin admin;

    struct {
        const char* target;
        const char* reason;
    } cases[] = {
        {"/v1/messages?limit=0", "invalid_parameter"},
        {"/v1/messages?limit=1001", "invalid_parameter"},
        {"/v1/messages?limit=99999999999999999999999", "invalid_parameter"},
        {"/v1/messages?limit=-1", "invalid_parameter"},
        {"/v1/messages?limit=ten", "invalid_parameter"},
        {"/v1/messages?limit=", "invalid_parameter"},
        {"/v1/messages?limit=1&limit=2", "bad_target"},
        {"/v1/messages?after=nonsense", "invalid_cursor"},
        {"/v1/messages?after=m0", "invalid_cursor"},
        {"/v1/messages?after=m99999999999999999999999", "invalid_cursor"},
        {"/v1/campaigns?after=zz", "invalid_cursor"},
        {"/v1/messages?status=gone", "invalid_parameter"},
        {"/v1/messages?customer=", "invalid_parameter"},
        {"/v1/messages?namespace=", "invalid_parameter"},
        {"/v1/messages?colour=red", "unknown_parameter"},
        {"/v1/events?after=-1", "invalid_parameter"},
        {"/v1/events?after=abc", "invalid_parameter"},
        {"/v1/messages?customer=%", "bad_target"},
        {"/v1/messages?customer=%4", "bad_target"},
        {"/v1/messages?customer=%zz", "bad_target"},
        {"/v1/messages/%00", "bad_target"},
        {"/v1/messages/%0d%0aX:y", "bad_target"},
        {"/v1/messages/%ff%fe", "bad_target"},
        {"/v1/messages/%c0%af", "bad_target"},
        {"/v1/dead-letters/abc", "invalid_parameter"},
        {"/v1/replay/0", "invalid_parameter"},
    };

    for (const auto& c : cases) {
        CAPTURE(c.target);
        check_problem(admin.get(c.target), 400, c.reason);
    }
    for (const char* body :
         {"",
          "[]",
          "{",
          "{\"sink\":1}",
          "{}",
          "{\"sink\":\"s\",\"from\":\"x\"}",
          "{\"sink\":\"s\",\"from\":-1}",
          "{\"sink\":\"s\",\"from\":0}",
          "{\"sink\":\"s\",\"from\":5,\"to\":4}",
          "{\"sink\":\"s\",\"more\":1}"}) {
        CAPTURE(body);
        CHECK(admin.ask("POST", "/v1/replay", body).status == 400);
    }
    check_problem(admin.ask("POST", "/v1/dead-letters/drop"), 400, "missing_parameter");
}

TEST_CASE("admin: what is not there is 404, a wrong method 405 with what is allowed", "[admin]")
{
    running_admin admin;
    for (const char* target :
         {"/",
          "/v1",
          "/v1/",
          "/v1/messages/",
          "/v1/messages/a/b",
          "/nope",
          "/v1/messages/a/context/b",
          "//v1/messages"}) {
        CAPTURE(target);
        check_problem(admin.get(target), 404, "not_found");
    }
    const http_answer a = admin.ask("DELETE", "/v1/messages/x");
    check_problem(a, 405, "method_not_allowed");
    CHECK(a.says("Allow: GET, HEAD"));
    CHECK(admin.ask("POST", "/metrics").status == 405);
}

TEST_CASE(
    "admin: sinks are listed, and only one that is not configured can be forgotten", "[admin]"
)
{
    running_admin admin;
    sink_status live;
    live.name = "crm";
    live.type = "http";
    live.lag_seconds = 1.5;
    sink_status gone;
    gone.name = "old";
    gone.configured = false;
    admin.sinks = {live, gone};
    std::promise<void> saved;
    admin.commits().run([&](store& kept) {
        sink_cursor cursor;
        cursor.name = "old";
        CHECK(kept.save_cursors({&cursor, 1}).has_value());
        saved.set_value();
    });
    saved.get_future().wait();

    const http_answer a = admin.get("/v1/sinks");
    CHECK(at(a.body, "/items/0/name") == "\"crm\"");
    CHECK(at(a.body, "/items/0/lag_seconds") == "1.5");
    CHECK(at(a.body, "/items/0/dead_letters") == "0");
    CHECK(at(a.body, "/items/1/configured") == "false");

    check_problem(admin.ask("DELETE", "/v1/sinks/crm"), 409, "sink_in_use");
    CHECK(admin.ask("DELETE", "/v1/sinks/old").status == 204);
    check_problem(admin.ask("DELETE", "/v1/sinks/old"), 404, "not_found");
}

TEST_CASE("admin: dead letters are listed, shown and dropped", "[admin]")
{
    running_admin admin;
    std::promise<void> added;
    admin.commits().run([&](store& kept) {
        for (const char* sink : {"crm", "crm", "erp"}) {
            dead_letter d;
            d.sink = sink;
            d.reason = "gone";
            d.detail = "410 Gone";
            d.attempts = 3;
            d.event.type = "ai.connectly.messages.text";
            d.event.head = R"({"id":"x","data":{"payload":)";
            d.event.form = payload_form::none;
            CHECK(kept.add_dead_letters({&d, 1}, {}).has_value());
        }
        added.set_value();
    });
    added.get_future().wait();

    const http_answer first = admin.get("/v1/dead-letters?sink=crm&limit=1");
    CHECK(at(first.body, "/items/0/detail") == "\"410 Gone\"");
    const std::string next = at(first.body, "/next");
    REQUIRE(next.size() > 2);
    const http_answer second =
        admin.get("/v1/dead-letters?sink=crm&after=" + next.substr(1, next.size() - 2));
    CHECK(at(second.body, "/items/0/number") == "2");
    CHECK(at(second.body, "/next") == "null");
    CHECK(at(admin.get("/v1/dead-letters/1").body, "/event/data/payload") == "null");
    check_problem(admin.get("/v1/dead-letters/9"), 404, "not_found");

    CHECK(admin.ask("DELETE", "/v1/dead-letters/1").body == R"({"dropped":1})");
    check_problem(admin.ask("POST", "/v1/dead-letters/1/drop"), 404, "not_found");
    CHECK(admin.ask("POST", "/v1/dead-letters/drop?sink=erp").body == R"({"dropped":1})");
    CHECK(admin.ask("POST", "/v1/dead-letters/drop?all=true").body == R"({"dropped":1})");
    CHECK(at(admin.get("/v1/dead-letters").body, "/items") == "[]");
}
