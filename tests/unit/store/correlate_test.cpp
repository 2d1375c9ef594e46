#include "support/catch.hpp"
#include "support/stores.hpp"

using namespace testing;
using namespace webhookd;

namespace {

const status sent{.callback = "{\"order_id\":\"1\"}", .campaign = "spring"};

message_record message_of(
    const test_store& s, std::string_view id, std::string_view space = "default"
)
{
    const auto found = s.reader()->message(space, message_id{id});
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    return **found;
}

}  // namespace

TEST_CASE("a status carries its message's callback data, campaign and lifecycle", "[store]")
{
    test_store s;
    s.take(sent);
    const auto done = s.take(status{.what = delivery_status::delivered, .at = noon + 2s});

    const event& e = done.only();
    CHECK(e.campaign == "spring");
    CHECK(says(e, R"("callback_data":{"order_id":"1"})"));
    CHECK(says(e, R"("link":"message_id")"));
    CHECK(says(e, R"("previous":"sent","transition":"advance")"));
    CHECK(says(e, R"("sent_to_delivered_ms":2000)"));

    const auto m = message_of(s, ulid(1));
    CHECK(m.summary.lifecycle.status == delivery_status::delivered);
    CHECK(m.summary.lifecycle.sent_at == noon);
    CHECK(m.summary.campaign == "spring");
    CHECK(m.summary.business_id == "+14085550137");
    REQUIRE(m.events.size() == 2);
    CHECK(m.events[1].id == e.id);
    CHECK(m.events[1].sequence == 2);
    CHECK(m.events[1].type == "ai.connectly.delivery_status.delivered");
}

TEST_CASE(
    "the ULID and the UUID of the same bits are one message, and namespaces are not", "[store]"
)
{
    test_store s;
    s.take(sent);
    std::string uuid;
    append_uuid(uuid, *message_id{ulid(1)}.value());
    const auto same = s.take(status{.message = uuid, .what = delivery_status::read});
    CHECK(says(same.only(), R"("transition":"advance")"));
    CHECK(message_of(s, uuid).events.size() == 2);

    const auto other = s.take(status{.what = delivery_status::read, .name_space = "other"});
    CHECK(says(other.only(), R"("transition":"first")"));
    CHECK(says(other.only(), R"("callback_data":null)"));
    CHECK(message_of(s, ulid(1), "other").events.size() == 1);
    CHECK_FALSE(s.reader()->message("unheard", message_id{ulid(1)})->has_value());
}

TEST_CASE("ids that are almost ULIDs are opaque, and equal only to themselves", "[store]")
{
    const auto id = GENERATE(
        as<std::string>{},
        "01KHJY7C9WZVAYDHYSGYC1P07",
        "01KHJY7C9WZVAYDHYSGYC1P0700",
        "01KHJY7C9WZVAYDHYSGYC1P07I",
        "81KHJY7C9WZVAYDHYSGYC1P070",
        "x"
    );
    test_store s;
    s.take(status{.message = id});
    CHECK(s.take(status{.message = id}).told() == 0);
    CHECK(s.take(status{.message = id + "x"}).told() == 1);
    CHECK(message_of(s, id).summary.id.text() == id);
}

TEST_CASE("a reply that names a message carries what is known of it", "[store]")
{
    test_store s;
    s.take(sent);
    REQUIRE(s.kept->put_context("default", message_id{ulid(1)}, R"({"user":7})", noon));
    std::string uuid;
    append_uuid(uuid, *message_id{ulid(1)}.value());
    const auto reply = s.take(inbound{.at = noon + 10s, .reply_to = uuid});

    const event& e = reply.only();
    CHECK(says(e, R"("link":"reply_to","message_id":")" + ulid(1)));
    CHECK(says(e, R"("context":{"user":7})"));
    CHECK(says(e, R"("callback_data":{"order_id":"1"})"));
    CHECK(e.campaign == "spring");
    const auto m = message_of(s, ulid(1));
    REQUIRE(m.replies.size() == 1);
    CHECK(m.replies[0].id == e.id);
    CHECK(m.replies[0].type == "ai.connectly.messages.text");
    CHECK(s.reader()->campaign("default", "spring")->value().replies == 1);
}

TEST_CASE("a reply to a message that is not known has no link", "[store]")
{
    test_store s;
    s.take(sent);
    CHECK(says(s.take(inbound{.at = noon + 1s, .reply_to = ulid(99)}).only(), R"("link":"none")"));
    CHECK(says(
        s.take(inbound{.id = ulid(500), .at = noon + 1s, .reply_to = "nothing"}).only(),
        R"("link":"none")"
    ));
}

TEST_CASE("callback data links where it names exactly one message to that customer", "[store]")
{
    test_store s;
    s.take(sent);
    s.take(status{.message = ulid(2), .customer = "+5299", .callback = sent.callback});
    const inbound echo{.at = noon + 10s, .callback = sent.callback};
    CHECK(says(s.take(echo).only(), R"("link":"callback_data","message_id":")" + ulid(1)));

    // A second message to the same customer: now it is a guess, and lends nothing.
    s.take(status{.message = ulid(3), .at = noon + 1s, .callback = sent.callback});
    const auto guess =
        s.take(inbound{.id = ulid(501), .at = noon + 20s, .callback = sent.callback});
    CHECK(says(guess.only(), R"("link":"inferred","message_id":")" + ulid(3)));
    CHECK(says(guess.only(), R"("message_id":null)"));
    CHECK(guess.only().campaign.empty());
    CHECK(message_of(s, ulid(3)).replies.empty());
}

TEST_CASE("the same callback data on a thousand messages names none of them", "[store]")
{
    test_store s;
    std::vector<receipt> all;
    for (std::uint64_t n = 0; n < 1000; ++n)
        all.push_back(make(status{.message = ulid(n), .callback = n == 0 ? "\"x\"" : "\"y\""}));
    s.commit(std::move(all));

    const auto many = s.take(inbound{.at = noon + 10s, .callback = "\"y\""});
    CHECK(says(many.only(), R"("link":"inferred")"));
    // The one message with other callback data was pushed out of the conversation's own list.
    const auto one = s.take(inbound{.id = ulid(7000), .at = noon + 10s, .callback = "\"x\""});
    CHECK(says(one.only(), R"("link":"callback_data","message_id":")" + ulid(0)));
    const auto of_customer = s.reader()->messages({.customer = "+525512345678", .limit = 1000});
    REQUIRE(of_customer.has_value());
    CHECK(of_customer->items.size() == 1000);
    CHECK(of_customer->next.empty());
}

TEST_CASE("callback data of 1,024 bytes and far over is kept and linked by", "[store]")
{
    const auto size = GENERATE(std::size_t{1022}, std::size_t{300'000});
    const std::string callback = "\"" + std::string(size, 'x') + "\"";
    test_store s;
    s.take(status{.callback = callback});
    const auto reply = s.take(inbound{.at = noon + 1s, .callback = callback});
    CHECK(says(reply.only(), R"("link":"callback_data")"));
    CHECK(message_of(s, ulid(1)).summary.callback_data_json == callback);
}

TEST_CASE("plain text is offered the newest message within 24 hours, as a guess", "[store]")
{
    test_store s;
    CHECK(says(s.take(inbound{.id = ulid(499)}).only(), R"("link":"none")"));
    s.take(sent);
    const auto guess = s.take(inbound{.at = noon + 24h});
    CHECK(says(guess.only(), R"("correlation":{"link":"inferred","message_id":")" + ulid(1)));
    CHECK(says(guess.only(), R"("callback_data":null,"campaign":null)"));
    CHECK(says(s.take(inbound{.id = ulid(502), .at = noon + 25h}).only(), R"("link":"none")"));
    CHECK(says(
        s.take(inbound{.id = ulid(503), .at = noon + 1s, .business = "+1999"}).only(),
        R"("link":"none")"
    ));
}

TEST_CASE("every event of a pair says whether the window is open", "[store]")
{
    test_store s;
    CHECK(says(s.take(sent).only(), R"("session_window":{"open":false,"expires_at":null})"));
    CHECK(says(s.take(inbound{.at = noon + 1h}).only(), R"("session_window":{"open":true)"));
    const auto open = s.take(status{.what = delivery_status::read, .at = noon + 2h});
    CHECK(says(open.only(), R"("session_window":{"open":true,"expires_at":"2026-02-17T10:59:10Z"})")
    );
    const auto closed = s.take(status{.message = ulid(2), .at = noon + 25h});
    CHECK(says(closed.only(), R"("session_window":{"open":false)"));
    const auto other = s.take(status{.message = ulid(3), .at = noon + 2h, .business = "+1999"});
    CHECK(says(other.only(), R"("session_window":{"open":false,"expires_at":null})"));
}

TEST_CASE("a customer found by phone number is re-keyed to the BSUID that comes with it", "[store]")
{
    test_store s;
    const std::string phone = "+525512345678";
    s.take(sent);                                         // by the phone number alone
    s.take(inbound{.at = noon + 1h, .user_id = "MX.1"});  // both: the same customer
    const auto by_bsuid =
        s.take(status{.message = ulid(2), .at = noon + 2h, .customer = "", .user_id = "MX.1"});
    CHECK(says(by_bsuid.only(), R"("open":true)"));
    for (const std::string_view name : {std::string_view{phone}, std::string_view{"MX.1"}}) {
        const auto c = s.reader()->conversation("default", "+14085550137", name, noon + 2h);
        REQUIRE(c->has_value());
        CHECK((*c)->messages.size() == 2);
        CHECK((*c)->window_open);
        CHECK((*c)->customer_json.find("MX.1") != std::string::npos);
    }
    // The number changes hands of BSUIDs: the newest stands.
    s.take(inbound{.id = ulid(600), .at = noon + 3h, .user_id = "MX.2"});
    const auto c = s.reader()->conversation("default", "+14085550137", "MX.2", noon + 3h);
    REQUIRE(c->has_value());
    CHECK((*c)->messages.size() == 2);
    CHECK((*c)->customer_json.find("MX.2") != std::string::npos);
}

TEST_CASE("two conversations that turn out to be one are united", "[store]")
{
    test_store s;
    s.take(sent);
    s.take(status{.message = ulid(2), .customer = "", .user_id = "MX.1"});
    CHECK(s.reader()->messages({.customer = "MX.1"})->items.size() == 1);
    s.take(inbound{.at = noon + 1h, .user_id = "MX.1"});
    CHECK(s.reader()->messages({.customer = "MX.1"})->items.size() == 2);
    CHECK(s.reader()->messages({.customer = "+525512345678"})->items.size() == 2);
    // The messages still lead to it, after a restart too.
    s.close();
    s.open();
    const auto later = s.take(status{.what = delivery_status::read, .at = noon + 2h});
    CHECK(says(later.only(), R"("open":true)"));
    const auto none = s.take(status{.message = ulid(3), .customer = "", .user_id = ""});
    CHECK(says(none.only(), R"("session_window":{"open":false,"expires_at":null})"));
}

TEST_CASE("what the sender knows is joined before and after the webhooks", "[store]")
{
    test_store s;
    REQUIRE(s.kept->put_context("default", message_id{ulid(1)}, R"({"n":1})", noon));
    CHECK(message_of(s, ulid(1)).events.empty());
    CHECK(s.reader()->campaign("default", "spring")->has_value() == false);
    const auto first = s.take(sent);
    CHECK(says(first.only(), R"("context":{"n":1})"));
    CHECK(says(first.only(), R"("transition":"first")"));
    CHECK(s.reader()->messages({.customer = "+525512345678"})->items.size() == 1);

    s.take(status{.message = ulid(2)});
    REQUIRE(s.kept->put_context("default", message_id{ulid(2)}, R"({"n":2})", noon));
    REQUIRE(s.kept->put_context("default", message_id{ulid(2)}, R"({"n":3})", noon));
    CHECK(message_of(s, ulid(2)).summary.context_json == R"({"n":3})");
    CHECK(
        s.kept->put_context("default", message_id{}, "{}", noon).error() == errc::invalid_argument
    );
}

TEST_CASE("campaign totals follow their messages, whichever way these turn", "[store]")
{
    test_store s;
    s.take(sent, status{.message = ulid(2), .campaign = "spring"});
    const status failed{
        .what = delivery_status::delivery_failed,
        .at = noon + 1s,
        .error_code = "ERROR_CODE_MESSAGE_CUSTOMER_OPTED_OUT",
        .category = error_category::consent
    };
    s.take(failed, failed);
    auto totals = s.reader()->campaign("default", "spring")->value();
    CHECK(totals.messages == 2);
    CHECK(totals.sent == 2);
    CHECK(totals.failed == 1);
    REQUIRE(totals.failed_by_category.size() == 1);
    CHECK(totals.failed_by_category[0] == std::pair{error_category::consent, std::uint64_t{1}});

    s.take(status{.what = delivery_status::read, .at = noon + 5s});
    totals = s.reader()->campaign("default", "spring")->value();
    CHECK(totals.failed == 0);
    CHECK(totals.failed_by_category.empty());
    CHECK(totals.read == 1);
    CHECK(totals.delivered == 0);
    CHECK(totals.first_at == noon);
    CHECK(totals.last_at == noon + 5s);

    // An earlier status names another campaign: the message moves there.
    s.take(status{
        .message = ulid(2),
        .what = delivery_status::delivered,
        .at = noon - 1s,
        .campaign = "winter"
    });
    CHECK(s.reader()->campaign("default", "spring")->value().messages == 1);
    CHECK(s.reader()->campaign("default", "winter")->value().delivered == 1);
}

TEST_CASE("more identities than a message's row keeps are still told once", "[store]")
{
    test_store s;
    std::vector<status> all;
    for (int i = 0; i < 100; ++i)
        all.push_back({.what = delivery_status::delivery_failed, .error_code = std::to_string(i)});
    std::size_t told = 0;
    for (int round = 0; round < 2; ++round) {
        for (const status& one : all)
            told += s.take(one).told();
        s.close();
        s.open();
    }
    CHECK(told == 100);
    CHECK(message_of(s, ulid(1)).events.size() == 64);
}

TEST_CASE("marked duplicates are told again under the same id", "[store]")
{
    test_store s{{.duplicates = duplicates::mark}};
    const auto first = s.take(sent);
    const auto again = s.take(sent);
    CHECK(again.duplicates == std::vector<bool>{true});
    CHECK(again.only().id == first.only().id);
    CHECK(again.only().sequence == 2);
    CHECK(says(again.only(), R"("duplicate":true)"));
    CHECK(says(again.only(), R"("transition":"repeat")"));
    CHECK_FALSE(says(first.only(), R"("duplicate")"));
    const inbound text{.at = noon + 1s, .reply_to = ulid(1)};
    s.take(text);
    CHECK(says(s.take(text).only(), R"("duplicate":true)"));
    CHECK(message_of(s, ulid(1)).events.size() == 1);
    CHECK(message_of(s, ulid(1)).replies.size() == 1);
}

TEST_CASE(
    "without correlation events are told once all the same, across a change of mind", "[store]"
)
{
    test_store s{{.correlate = false}};
    const auto plain = s.take(sent);
    CHECK(says(plain.only(), R"("lifecycle":null)"));
    CHECK(s.take(sent).told() == 0);

    s.close();
    s.settings.correlate = true;
    s.open();
    CHECK(s.take(sent).told() == 0);
    CHECK(s.take(status{.message = ulid(2)}).told() == 1);

    s.close();
    s.settings.correlate = false;
    s.open();
    CHECK(s.take(status{.message = ulid(2)}).told() == 0);
    CHECK(s.take(sent).told() == 0);
    CHECK(s.take(status{.message = ulid(3)}).told() == 1);
}
