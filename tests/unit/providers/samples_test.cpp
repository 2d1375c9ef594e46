// Every sample payload becomes the event it should.

#include "event/identity.hpp"
#include "event/one_line.hpp"
#include "support/catch.hpp"
#include "support/payloads.hpp"

#include <filesystem>
#include <set>

using namespace webhookd;
using test::json_document;

namespace {

const std::string phone = "+525512345678";
const std::string bsuid = "MX.70412209331845527716";
const std::string ulid = "01KHJY7C9WZVAYDHYSGYC1P070";
const std::string ulid_key = "019c65e3b13cfed5e6c7d987981b00e0";

struct expected {
    std::string file, type, subject;
    std::vector<std::string> identity;  // empty: the body's digest
    std::uint64_t order;
    std::string time;
    std::vector<std::pair<std::string, std::string>> data;
};

const std::vector<expected> samples{
    {"delivery_status.delivered",
     "delivery_status.delivered",
     ulid,
     {"delivery_status", ulid_key, "delivered"},
     1771235946812,
     "2026-02-16T09:59:17Z",
     {{"topic", "delivery_status"},
      {"channel", "whatsapp"},
      {"business", R"({"id":"+14085550137","name":"Andes Outfitters"})"},
      {"customer",
       R"({"id":"+525512345678","name":"Lucia Prado","user_id":null,"phone_number":"+525512345678"})"
      },
      {"message_id", ulid},
      {"status", "delivered"},
      {"error", "null"},
      {"callback_data", "null"},
      {"campaign", "null"},
      {"message", "(none)"}}},
    {"delivery_status.delivered.callback-data-object",
     "delivery_status.delivered",
     ulid,
     {"delivery_status", ulid_key, "delivered"},
     1771235946812,
     "2026-02-16T09:59:10Z",
     {{"callback_data", R"({"order_id":"A-77120","attempt":1})"}, {"status", "delivered"}}},
    {"delivery_status.delivered.legacy-2022",
     "delivery_status.delivered",
     "01FW1629D7SEG6PNSPZBV7WN5G",
     {"delivery_status", "017f026125a7cba06b5736faf67e54b0", "delivered"},
     1645012395431,
     "2022-02-16T11:53:19Z",
     {{"campaign", "winter_sale"}, {"business", R"({"id":"+14085550137","name":null})"}}},
    {"delivery_status.delivery_failed",
     "delivery_status.delivery_failed",
     ulid,
     {"delivery_status", ulid_key, "delivery_failed", "ERROR_CODE_MESSAGE_TEMPLATE_INPUT_INVALID"},
     1771235946812,
     "2026-02-16T09:59:10Z",
     {{"status", "delivery_failed"},
      {"campaign", "spring_launch_mx"},
      {"error/code", "ERROR_CODE_MESSAGE_TEMPLATE_INPUT_INVALID"},
      {"error/type", "ERROR_TYPE_INVALID_REQUEST"},
      {"error/message", "Message template inputs invalid"},
      {"error/user_title", "Message template inputs invalid"},
      {"error/user_message", "Quote the trace id when asking for help."},
      {"error/trace_id", "12093377461028845517"},
      {"error/category", "template"},
      {"error/retryable", "false"},
      {"error/advice", "The template's inputs are invalid: compare them with its variables."}}},
    {"delivery_status.delivery_failed.unspecified",
     "delivery_status.delivery_failed",
     ulid,
     {"delivery_status", ulid_key, "delivery_failed", "ERROR_CODE_UNSPECIFIED"},
     1771235946812,
     "2026-02-16T09:59:10Z",
     {{"error/trace_id", "7710023984415620013"},
      {"error/category", "platform"},
      {"error/retryable", "true"}}},
    {"delivery_status.read",
     "delivery_status.read",
     ulid,
     {"delivery_status", ulid_key, "read"},
     1771235946812,
     "2026-02-16T09:59:24Z",
     {{"status", "read"}}},
    {"delivery_status.sent",
     "delivery_status.sent",
     ulid,
     {"delivery_status", ulid_key, "sent"},
     1771235946812,
     "2026-02-16T09:59:10Z",
     {{"status", "sent"}}},
    {"messages.button-response",
     "messages.button_reply",
     phone,
     {},
     1771236045000,
     "2026-02-16T10:00:45Z",
     {{"topic", "messages"},
      {"business", R"({"id":"+14085550137","name":"Andes Outfitters"})"},
      {"customer/id", phone},
      {"message_id", "null"},
      {"status", "null"},
      {"message",
       R"({"kind":"button_reply","id":null,"text":null,"attachments":null,"location":null,)"
       R"("button":{"id":null,"text":"Track my order","payload":"2"},"referral":null,)"
       R"("reply_to_id":"019c65e3-b13c-fed5-e6c7-d987981b00e0"})"}}},
    {"messages.button-response.with-callback-data",
     "messages.button_reply",
     phone,
     {},
     1771236045000,
     "2026-02-16T10:00:45Z",
     {{"callback_data", R"({"order_id":"A-77120","attempt":1})"},
      {"message/reply_to_id", "019c65e3-b13c-fed5-e6c7-d987981b00e0"}}},
    {"messages.media.audio",
     "messages.audio",
     phone,
     {},
     1771236045000,
     "2026-02-16T10:00:45Z",
     {{"message/kind", "audio"},
      {"message/text", "null"},
      {"message/attachments",
       R"([{"type":"audio","url":"https://cdn.connectly.ai/7c1e/7c1e04aa-91f2-4b0d-9a55-0d3b6f1e2c44"}])"
      }}},
    {"messages.media.image",
     "messages.image",
     phone,
     {},
     1771236045000,
     "2026-02-16T10:00:45Z",
     {{"message/kind", "image"}, {"message/attachments/0/type", "image"}}},
    {"messages.media.video",
     "messages.video",
     phone,
     {},
     1771236045000,
     "2026-02-16T10:00:45Z",
     {{"message/kind", "video"}, {"message/attachments/0/type", "video"}}},
    {"messages.referral",
     "messages.text",
     phone,
     {},
     1771236045000,
     "2026-02-16T10:00:45Z",
     {{"message/kind", "text"},
      {"message/text", "I saw your ad"},
      {"message/referral",
       R"({"ctwa_clid":"ARBq7Zk2Vf0pXs9","source_url":"https://fb.me/3xAmPle01",)"
       R"("source_id":"120210000112233","source_type":"ad","headline":"Winter jackets",)"
       R"("body":"Two for one until Sunday","media_type":"image",)"
       R"("image_url":"https://scontent.example.net/ad/jacket.jpg","video_url":"",)"
       R"("thumbnail_url":"https://scontent.example.net/ad/jacket_t.jpg"})"}}},
    {"messages.text",
     "messages.text",
     phone,
     {},
     1771236045000,
     "2026-02-16T10:00:45Z",
     {{"message",
       R"({"kind":"text","id":null,"text":"Do you ship to Oaxaca?","attachments":null,)"
       R"("location":null,"button":null,"referral":null,"reply_to_id":null})"}}},
    {"messages.text.bsuid-phoneless",
     "messages.text",
     bsuid,
     {},
     1771236045000,
     "2026-02-16T10:00:45Z",
     {{"customer",
       R"({"id":"MX.70412209331845527716","name":"Lucia Prado",)"
       R"("user_id":"MX.70412209331845527716","phone_number":null})"}}},
    {"messages.text.bsuid-with-phone",
     "messages.text",
     bsuid,
     {},
     1771236045000,
     "2026-02-16T10:00:45Z",
     {{"customer",
       R"({"id":"+525512345678","name":"Lucia Prado",)"
       R"("user_id":"MX.70412209331845527716","phone_number":"+525512345678"})"}}},
    {"messages.text.legacy-2021",
     "messages.text",
     phone,
     {},
     1640901122000,
     "2021-12-30T21:52:02Z",
     {{"business", R"({"id":"408555013","name":null})"}, {"customer/name", "null"}}},
    {"messages.text.observed-with-id",
     "messages.text",
     phone,
     {"messages", "019c65e53140ca0df2c95aa144c1d0ff"},
     1771236045120,
     "2026-02-16T10:00:45Z",
     {{"message/id", "01KHJYACA0S86Z5JATM52C3M7Z"},
      {"message/attachments", "null"},
      {"message/location", "null"}}},
    {"report.completed",
     "report.completed",
     "5f0f1c1e-6f0d-4b5c-8a57-0c6f3b1f9d20",
     {"report", "5f0f1c1e-6f0d-4b5c-8a57-0c6f3b1f9d20", "run-314"},
     0,
     "2026-02-16T10:05:12Z",
     {{"topic", "report"}, {"channel", "null"}, {"customer/id", "null"}}},
};

bits128 id_of(const expected& e, std::string_view body)
{
    if (e.identity.empty()) {
        std::string digest;
        append_hex(digest, sha256(body));
        return event_id_of("default", {"body", digest});
    }
    if (e.identity.size() == 2)
        return event_id_of("default", {e.identity[0], e.identity[1]});
    if (e.identity.size() == 3)
        return event_id_of("default", {e.identity[0], e.identity[1], e.identity[2]});
    return event_id_of("default", {e.identity[0], e.identity[1], e.identity[2], e.identity[3]});
}

void check(const expected& e, const std::string& body)
{
    const receipt r = test::parsed(body);
    CHECK(r.id == id_of(e, body));
    CHECK(r.id_order == e.order);
    const std::string line = test::line_of(test::parsed(body));
    const json_document read{line};
    CHECK(read["/specversion"] == "1.0");
    CHECK(read["/id"] == event_id_text(r.id));
    CHECK(read["/type"] == "ai.connectly." + e.type);
    CHECK(read["/subject"] == e.subject);
    CHECK(read["/partitionkey"] == e.subject);
    CHECK(read["/time"] == e.time);
    CHECK(read["/recordedtime"] == "2026-02-16T10:00:51.000000Z");
    for (const auto& [pointer, value] : e.data) {
        INFO(pointer);
        CHECK(read["/data/" + pointer] == value);
    }
    CHECK(line.find('\n') == line.size() - 1);
}

}  // namespace

TEST_CASE("samples: every file of the payloads has its expectation here")
{
    std::set<std::string> files, known;
    for (const auto& entry :
         std::filesystem::directory_iterator{WEBHOOKD_SOURCE_DIR "/tests/data/payloads"})
        files.insert(entry.path().stem().string());
    for (const expected& e : samples)
        known.insert("connectly." + e.file);

    CHECK(files == known);
}

TEST_CASE("samples: a pretty-printed body becomes its event, with the payload minified")
{
    for (const expected& e : samples) {
        DYNAMIC_SECTION(e.file)
        {
            const std::string body = test::read_data("payloads/connectly." + e.file + ".json");
            check(e, body);
            const std::string line = test::line_of(test::parsed(body));
            std::string compact;
            append_minified(compact, body);
            CHECK(line.ends_with("\"payload_minified\":true,\"payload\":" + compact + "}}\n"));
        }
    }
}

TEST_CASE("samples: a compact body becomes its event, with the payload's very bytes")
{
    for (const expected& e : samples) {
        DYNAMIC_SECTION(e.file)
        {
            std::string body;
            append_minified(body, test::read_data("payloads/connectly." + e.file + ".json"));
            body.insert(1, " \t");  // white space that is no newline stays
            check(e, body);
            const std::string line = test::line_of(test::parsed(body));
            CHECK(line.ends_with(",\"payload\":" + body + "}}\n"));
            CHECK(line.find("payload_minified") == std::string::npos);
        }
    }
}
