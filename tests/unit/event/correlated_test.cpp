#include "event/correlated.hpp"

#include "support/catch.hpp"
#include "support/payloads.hpp"

using namespace webhookd;
using namespace std::chrono_literals;
using test::json_document;

namespace {

const std::string delivered =
    R"({"topic":"delivery_status","timestamp":"1771235950",)"
    R"("sender":{"id":"+14085550137","channelType":"whatsapp","name":null},)"
    R"("recipient":{"id":"+525512345678","channelType":"whatsapp","name":null},)"
    R"("statusUpdate":{"id":"01KHJY7C9WZVAYDHYSGYC1P070",)"
    R"("status":"delivered","error":null},)"
    R"("callbackData":{"order_id":"12345"},)"
    R"("metadata":{"campaign_name":"spring_launch_mx"}})";

constexpr timestamp at(int second)
{
    return timestamp{std::chrono::seconds{1771235940 + second}};
}

correlated with_lifecycle(const receipt& r)
{
    correlated c = test::uncorrelated(r);
    c.lifecycle = lifecycle_view{
        .status = delivery_status::delivered,
        .previous = delivery_status::sent,
        .transition = transition::advance,
        .sent_at = at(8),
        .delivered_at = at(10),
        .read_at = {},
        .failed_at = {}
    };
    return c;
}

}  // namespace

TEST_CASE("head: an event has the keys of the design's example, in its order")
{
    const receipt r = test::parsed(delivered);

    CHECK(
        render_head(r, with_lifecycle(r), 184467, timestamp{1771235950482113us}) ==
        "{\"specversion\":\"1.0\",\"id\":\"" + event_id_text(r.id) +
            "\",\"source\":\"/webhooks/connectly\","
            "\"type\":\"ai.connectly.delivery_status.delivered\","
            "\"subject\":\"01KHJY7C9WZVAYDHYSGYC1P070\",\"time\":\"2026-02-16T09:59:10Z\","
            "\"datacontenttype\":\"application/json\",\"sequence\":\"184467\","
            "\"partitionkey\":\"01KHJY7C9WZVAYDHYSGYC1P070\","
            "\"recordedtime\":\"2026-02-16T09:59:10.482113Z\",\"data\":{"
            "\"provider\":\"connectly\",\"topic\":\"delivery_status\",\"channel\":\"whatsapp\","
            "\"business\":{\"id\":\"+14085550137\",\"name\":null},"
            "\"customer\":{\"id\":\"+525512345678\",\"name\":null,\"user_id\":null,"
            "\"phone_number\":\"+525512345678\"},"
            "\"message_id\":\"01KHJY7C9WZVAYDHYSGYC1P070\",\"status\":\"delivered\","
            "\"error\":null,\"callback_data\":{\"order_id\":\"12345\"},"
            "\"campaign\":\"spring_launch_mx\","
            "\"correlation\":{\"link\":\"message_id\","
            "\"message_id\":\"01KHJY7C9WZVAYDHYSGYC1P070\",\"context\":null},"
            "\"lifecycle\":{\"status\":\"delivered\",\"previous\":\"sent\","
            "\"transition\":\"advance\",\"sent_at\":\"2026-02-16T09:59:08Z\","
            "\"delivered_at\":\"2026-02-16T09:59:10Z\",\"read_at\":null,\"failed_at\":null,"
            "\"sent_to_delivered_ms\":2000},"
            "\"session_window\":{\"open\":false,\"expires_at\":null},"
            "\"payload\":"
    );
}

TEST_CASE("head: a latency is told only where sent came before delivered")
{
    const receipt r = test::parsed(delivered);
    correlated c = with_lifecycle(r);

    c.lifecycle->sent_at = at(10);
    CHECK(
        json_document{test::line_of(test::event_of(test::parsed(delivered), c))
        }["/data/lifecycle/sent_to_delivered_ms"] == "0"
    );
    c.lifecycle->sent_at = at(11);
    CHECK(
        json_document{test::line_of(test::event_of(test::parsed(delivered), c))
        }["/data/lifecycle/sent_to_delivered_ms"] == "null"
    );
    c.lifecycle->sent_at = std::nullopt;
    c.lifecycle->previous = std::nullopt;
    const json_document line{test::line_of(test::event_of(test::parsed(delivered), c))};
    CHECK(line["/data/lifecycle/sent_to_delivered_ms"] == "null");
    CHECK(line["/data/lifecycle/sent_at"] == "null");
    CHECK(line["/data/lifecycle/previous"] == "null");
}

TEST_CASE("head: an inferred link is told in correlation alone")
{
    receipt r = test::parsed(R"({"message":{"text":"hi"},"sender":{"id":"+1"}})");
    correlated c;
    c.message = message_id{"019c65e3-b13c-fed5-e6c7-d987981b00e0"};

    c.link = link::inferred;
    json_document guessed{test::line_of(test::event_of(test::parsed(r.body), c))};
    CHECK(guessed["/data/message_id"] == "null");
    CHECK(guessed["/data/correlation/link"] == "inferred");
    CHECK(guessed["/data/correlation/message_id"] == "01KHJY7C9WZVAYDHYSGYC1P070");

    c.link = link::reply_to;
    json_document known{test::line_of(test::event_of(test::parsed(r.body), c))};
    CHECK(known["/data/message_id"] == "01KHJY7C9WZVAYDHYSGYC1P070");
    CHECK(known["/data/correlation/link"] == "reply_to");

    c.link = link::none;
    json_document none{test::line_of(test::event_of(test::parsed(r.body), c))};
    CHECK(none["/data/message_id"] == "null");
    CHECK(none["/data/correlation/message_id"] == "null");
}

TEST_CASE("head: what the store knows is told: context, window, duplicate, carried-over data")
{
    correlated c;
    c.link = link::message_id;
    c.message = message_id{"01KHJY7C9WZVAYDHYSGYC1P070"};
    c.context_json = "{\n  \"crm\": [1,\n 2]\n}";
    c.callback_data_json = "\"kept\"";
    c.campaign = "quo\"ted\n";
    c.window_open = true;
    c.window_expires = at(0);
    c.duplicate = true;
    const std::string line = test::line_of(test::event_of(test::parsed(delivered), c));
    const json_document read{line};

    CHECK(read["/data/correlation/context"] == R"({"crm":[1,2]})");
    CHECK(read["/data/callback_data"] == "kept");
    CHECK(read["/data/campaign"] == "quo\"ted\n");
    CHECK(read["/data/session_window/open"] == "true");
    CHECK(read["/data/session_window/expires_at"] == "2026-02-16T09:59:00Z");
    CHECK(read["/data/duplicate"] == "true");
    CHECK(line.find('\n') == line.size() - 1);
}

TEST_CASE("head: without a subject the event's id is the partition")
{
    const std::string line = test::line_of(test::parsed("{}"));
    const json_document read{line};

    CHECK(read["/subject"] == "(none)");
    CHECK(read["/partitionkey"] == read["/id"]);
    CHECK(read["/data/duplicate"] == "(none)");
    CHECK(read["/data/message"] == "(none)");
}

TEST_CASE("head: an event of our own making has no payload")
{
    receipt r = test::receive("");
    r.type = "ai.connectly.message.stuck";
    r.topic_name = "message";
    r.form = payload_form::none;
    const json_document read{test::line_of(test::event_of(std::move(r), {}))};

    CHECK(read["/type"] == "ai.connectly.message.stuck");
    CHECK(read["/data/payload"] == "null");
    CHECK(read["/data/payload_base64"] == "(none)");
}

TEST_CASE("head: a path, a subject or a provider's name with odd characters stays valid JSON")
{
    const endpoint odd{"/a\"b\\c", "connectly", "default"};
    const json_document read{
        test::line_of(test::parsed(R"({"message":{},"sender":{"id":"a\"\n\u0000"}})", odd))
    };

    CHECK(read["/source"] == "/a\"b\\c");
    CHECK(read["/subject"] == std::string("a\"\n\0", 4));
    CHECK(read["/partitionkey"] == std::string("a\"\n\0", 4));
    CHECK(read["/data/customer/id"] == std::string("a\"\n\0", 4));
}
