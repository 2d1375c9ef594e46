#include "correlation/conversation.hpp"

#include "correlation/campaign.hpp"
#include "support/catch.hpp"
#include "support/receipts.hpp"

using namespace testing;
using namespace webhookd;
using namespace webhookd::correlation;

TEST_CASE("window: it is open for 24 hours from the newest inbound message")
{
    std::optional<timestamp> last;
    CHECK_FALSE(window_open(last, noon));
    CHECK_FALSE(window_expires(last));

    CHECK(merge_inbound(last, noon));
    CHECK(window_open(last, noon));
    CHECK(window_open(last, noon + 24h - 1us));
    CHECK_FALSE(window_open(last, noon + 24h));
    CHECK(window_expires(last) == noon + 24h);

    CHECK_FALSE(merge_inbound(last, noon - 1h));
    CHECK_FALSE(merge_inbound(last, noon));
    CHECK(window_expires(last) == noon + 24h);
    CHECK(merge_inbound(last, noon + 1h));
    CHECK(window_expires(last) == noon + 25h);
}

TEST_CASE("window: the ends of time do not overflow")
{
    const std::optional<timestamp> late = timestamp::max(), early = timestamp::min();
    CHECK(window_expires(late) == timestamp::max());
    CHECK(window_open(late, noon));
    CHECK_FALSE(window_open(early, noon));
    CHECK(window_open(early, timestamp::min()));
}

TEST_CASE("infer: the newest message within 24 hours, by the events' own times")
{
    const std::vector<outbound> sent{{1, noon, 7}, {2, noon + 1h, 0}, {3, noon + 2h, 7}};
    CHECK(infer(sent, noon + 3h, 0) == 3u);
    CHECK(infer(sent, noon + 90min, 0) == 2u);  // what was sent later is not what was answered
    CHECK(infer(sent, noon + 1h, 0) == 2u);
    CHECK(infer(sent, noon + 26h, 0) == 3u);
    CHECK_FALSE(infer(sent, noon + 26h + 1us, 0));
    CHECK_FALSE(infer(sent, noon - 1us, 0));
    CHECK(infer(sent, noon + 90min, 7) == 1u);
    CHECK_FALSE(infer(sent, noon + 3h, 8));
    CHECK(infer(std::vector<outbound>{{4, noon, 0}, {5, noon, 0}}, noon, 0) == 5u);
    const std::vector<outbound> extremes{{6, timestamp::max(), 0}, {7, timestamp::min(), 0}};
    CHECK_FALSE(infer(extremes, noon, 0));
    CHECK(infer(extremes, timestamp::max(), 0) == 6u);
}

TEST_CASE("link: what the provider names comes first, and nothing is guessed where it named more")
{
    const std::vector<outbound> sent{{1, noon, 7}, {2, noon + 1h, 0}, {3, noon + 2h, 7}};
    const timestamp at = noon + 3h;

    struct row {
        link_evidence known;
        webhookd::link expected;
        std::uint64_t number;
    };

    const auto r = GENERATE(
        row{{true, 9u, 7, 1, 1u}, link::reply_to, 9},
        row{{true, 9u, 0, 0, {}}, link::reply_to, 9},
        row{{false, {}, 7, 1, 1u}, link::callback_data, 1},
        row{{true, {}, 7, 1, 1u}, link::callback_data, 1},
        row{{false, {}, 7, 2, 1u}, link::inferred, 3},  // the newest of those that carry it
        row{{false, {}, 8, 0, {}}, link::none, 0},      // of a message that is not known
        row{{true, {}, 0, 0, {}}, link::none, 0},
        row{{false, {}, 0, 0, {}}, link::inferred, 3}
    );
    const chosen_link chosen = choose_link(r.known, sent, at);
    CHECK(chosen.link == r.expected);
    CHECK(chosen.number == r.number);
    CHECK(choose_link({}, {}, at).link == link::none);
}

TEST_CASE("customer: the BSUID names it first, and an empty phone number never")
{
    using names = std::array<std::string_view, 3>;
    party p;
    CHECK(names_of(p) == names{});
    p.id = "MX.1";
    p.user_id = "MX.1";
    p.phone_number = "";
    CHECK(names_of(p) == names{"MX.1"});
    p.id = p.phone_number = "+5255";
    CHECK(names_of(p) == names{"MX.1", "+5255"});
    p.user_id = "";
    CHECK(names_of(p) == names{"+5255"});
}

TEST_CASE("customer: the newest BSUID stands, whatever the order")
{
    newest_user_id id;
    CHECK_FALSE(id.merge(noon, ""));
    CHECK(id.merge(noon, "A"));
    CHECK(id.merge(noon + 9s, "A"));
    CHECK_FALSE(id.merge(noon + 5s, "B"));
    CHECK(id.text == "A");
    CHECK(id.merge(noon + 9s, "B"));  // in the same second the greater one
    CHECK_FALSE(id.merge(noon + 9s, "A"));
    CHECK(id.text == "B");
}

TEST_CASE("callback data is known by a hash that is never 0")
{
    CHECK(callback_hash("") == 0);
    CHECK(callback_hash("{}") != 0);
    CHECK(callback_hash("{}") != callback_hash("{} "));
    CHECK(callback_hash("a") == 0xaf63dc4c8601ec8c);  // FNV-1a: it is stored, so it must not change
}

TEST_CASE("campaign: a message's share follows its state")
{
    message_state m;
    CHECK(share_of(m, 0) == campaign_counts{});
    merge(m, make(status{}));
    const status opted_out{
        .what = delivery_status::delivery_failed,
        .error_code = "X",
        .category = error_category::consent
    };
    merge(m, make(opted_out));
    campaign_counts c = share_of(m, 2);
    CHECK(c.messages == 1);
    CHECK(c.sent == 1);
    CHECK(c.failed == 1);
    CHECK(c.replies == 2);
    CHECK(c.failed_by_category[static_cast<std::size_t>(error_category::consent)] == 1);

    merge(m, make(status{.what = delivery_status::read}));
    campaign_counts total = c;
    total -= c;
    total += share_of(m, 2);
    CHECK(total.failed == 0);
    CHECK(total.read == 1);
    CHECK(total.delivered == 0);
    CHECK(total.failed_by_category == std::array<std::int64_t, category_count>{});
}
