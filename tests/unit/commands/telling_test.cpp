#include "commands/server_events.hpp"
#include "commands/table.hpp"
#include "commands/timeline.hpp"
#include "commands/told_event.hpp"
#include "support/catch.hpp"

#include <utility>
#include <vector>

using namespace webhookd::commands;

namespace {

using seen = std::vector<std::pair<std::string, std::string>>;

bool has(const std::string& text, std::string_view what)
{
    return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("tail: takes a stream of events apart, however it is cut", "[commands]")
{
    const std::string stream =
        ": welcome\n\nid: 7\ndata: {\"a\":1}\n\nid:8\r\ndata:x\r\ndata: y\r\n\r\n: quiet\n\n"
        "event: other\n\ndata: z\n\nid: 9\ndata: not whole";
    for (std::size_t cut = 0; cut < stream.size(); ++cut) {
        CAPTURE(cut);
        server_events events;
        seen got;
        const auto take = [&](std::string_view id, std::string_view data) {
            got.emplace_back(id, data);
            return true;
        };
        REQUIRE(events.feed(std::string_view{stream}.substr(0, cut), take));
        REQUIRE(events.feed(std::string_view{stream}.substr(cut), take));
        CHECK(got == seen{{"7", "{\"a\":1}"}, {"8", "x\ny"}, {"8", "z"}});
    }
}

TEST_CASE("tail: stops looking when it has seen enough", "[commands]")
{
    server_events events;
    int taken = 0;

    CHECK_FALSE(events.feed("data: 1\n\ndata: 2\n\n", [&](auto, auto) { return ++taken < 1; }));

    CHECK(taken == 1);
}

TEST_CASE("tail: an event is told on one line that a terminal cannot be harmed by", "[commands]")
{
    const told_event e = read_told_event(
        R"({"id":"evt_1","type":"ai.connectly.messages.text","time":"2026-02-16T09:59:10Z",)"
        R"("sequence":"5","subject":"s","data":{"customer":{"id":"+52","name":"Lu\u001b[2J"},)"
        R"("campaign":null,"message":{"text":"a\nb\u009bc \ud83d\udce6"},)"
        R"("payload":{"n":123456789012345678901234567890}}})"
    );
    CHECK(e.customer == "+52");
    CHECK(e.sequence == "5");

    const std::string text = event_text(e, false);

    CHECK(has(text, "messages.text"));
    CHECK(has(text, "\"a b c \xf0\x9f\x93\xa6\""));
    CHECK_FALSE(has(text, "\x1b"));
    CHECK_FALSE(has(text, "\n"));
    CHECK(event_text(e, true).starts_with("\x1b[33m"));
    CHECK(event_text(e, true).ends_with("\x1b[0m"));
}

TEST_CASE("tail: a failure is told with its category and code", "[commands]")
{
    const std::string text = event_text(
        read_told_event(
            R"({"type":"ai.connectly.delivery_status.delivery_failed","data":{"campaign":"spring",)"
            R"("lifecycle":{"transition":"late"},"error":{"code":"ERROR_X","category":"window",)"
            R"("message":"too late"},"duplicate":true}})"
        ),
        false
    );
    for (const char* part : {"spring", "[late]", "[duplicate]", "window: ERROR_X", "\"too late\""})
        CHECK(has(text, part));
}

TEST_CASE("tail: what is no event is told as an empty one", "[commands]")
{
    for (const char* line : {"", "[]", "{", "null", "{\"data\":7}"})
        CHECK(read_told_event(line).type.empty());
}

TEST_CASE("messages: a timeline is in order of time, and a reply stands once", "[commands]")
{
    const std::string text = timeline_text(
        R"({"message_id":"01KH","business":{"id":"+1"},"customer":{"id":"+52","name":"Lucia"},)"
        R"("callback_data":{"n":12345678901234567890123},"campaign":"spring","context":null,)"
        R"("lifecycle":{"status":"read"},"error":null,)"
        R"("replies":[{"event_id":"evt_r","time":"2026-02-16T10:59:12Z","type":"ai.connectly.messages.text"}],)"
        R"("events":[{"id":"evt_2","sequence":"2","time":"2026-02-16T09:59:12Z","type":"ai.connectly.delivery_status.delivered"},)"
        R"({"id":"evt_1","sequence":"1","time":"2026-02-16T09:59:10Z","type":"ai.connectly.delivery_status.sent"},)"
        R"({"id":"evt_r","sequence":"3","time":"2026-02-16T10:59:12Z","type":"ai.connectly.messages.text"}]})"
    );
    CHECK(has(text, "to         +52 (Lucia)"));
    CHECK(has(text, "{\"n\":12345678901234567890123}"));
    CHECK_FALSE(has(text, "context"));
    const auto sent = text.find("  sent ");
    const auto delivered = text.find("  delivered ");
    const auto reply = text.find("reply: messages.text");
    REQUIRE(reply != std::string::npos);
    CHECK(sent < delivered);
    CHECK(delivered < reply);
    CHECK(has(text, "+2 s"));
    CHECK(has(text, "+1 h"));
    CHECK(text.find("evt_r") == text.rfind("evt_r"));
    CHECK_THROWS(timeline_text("[]"));
}

TEST_CASE("tables: columns line up, what is null is a dash", "[commands]")
{
    const api_list list = read_list(
        R"({"items":[{"name":"crm","lag":7,"error":null},{"name":"a","lag":12.5,"error":"x\ty"}],"next":"9"})"
    );
    CHECK(list.next == "9");
    CHECK(
        table_text(list, {"name", "lag", "error"}) ==
        "name  lag   error\ncrm   7     -\na     12.5  x y\n"
    );
    CHECK_THROWS(read_list("{}"));
    CHECK_THROWS(read_list("nonsense"));
}

TEST_CASE("tables: durations are told in two units at most", "[commands]")
{
    CHECK(duration_text(0) == "0 s");
    CHECK(duration_text(59) == "59 s");
    CHECK(duration_text(60) == "1 min");
    CHECK(duration_text(3725) == "1 h 2 min");
    CHECK(duration_text(90000) == "1 d 1 h");
}
