#include "correlation/lifecycle.hpp"

#include "support/catch.hpp"
#include "support/receipts.hpp"

#include <algorithm>
#include <vector>

using namespace testing;
using namespace webhookd;
using namespace webhookd::correlation;

namespace {

message_state merged_in_order(const std::vector<receipt>& receipts, const std::vector<int>& order)
{
    message_state state;
    for (const int i : order)
        merge(state, receipts[static_cast<std::size_t>(i)]);
    return state;
}

// Sets of statuses of one message, from the usual to the contradictory.
std::vector<std::vector<status>> histories()
{
    using enum delivery_status;
    const status failed_early{
        .what = delivery_failed,
        .at = noon + 3s,
        .error_code = "B",
        .category = error_category::window
    };
    const status failed_late{
        .what = delivery_failed,
        .at = noon + 4s,
        .error_code = "A",
        .category = error_category::recipient
    };
    return {
        {{.what = sent}, {.what = delivered, .at = noon + 2s}, {.what = read, .at = noon + 9s}},
        // Two statuses in one second, and one before the message was sent.
        {{.what = sent}, {.what = delivered}, {.what = read, .at = noon - 5s}},
        // Failures of two kinds beside proof of delivery.
        {{.what = sent}, failed_early, failed_late, {.what = delivered, .at = noon + 60s}},
        // Two failures in the same second.
        {failed_early,
         {.what = delivery_failed, .at = noon + 3s, .error_code = "A"},
         {.what = sent, .at = noon + 8s}},
        // What is carried along contradicts itself, also within a second.
        {{.what = sent, .callback = "{\"a\":1}", .campaign = "spring"},
         {.what = delivered, .callback = "{\"a\":0}", .campaign = "autumn"},
         {.what = read, .at = noon - 1s, .customer = "+5255000", .business = "+1999"},
         {.what = read, .at = noon + 1s, .user_id = "MX.7", .callback = "[]"},
         {.what = unknown, .at = noon + 1s, .campaign = "winter"}},
        // Times of the future, the past, and before the epoch.
        {{.what = sent, .at = timestamp::max()},
         {.what = sent, .at = timestamp::min()},
         {.what = delivered, .at = timestamp{-1us}},
         {.what = read, .at = timestamp::max()}},
        {{.what = unknown}, {.what = unknown, .at = noon - 1s}, {.what = sent, .at = noon + 1s}},
    };
}

}  // namespace

TEST_CASE("lifecycle: every order of the same statuses, repeated or not, ends the same")
{
    const auto all = histories();
    const auto which = static_cast<std::size_t>(GENERATE(range(0, 7)));
    const int repeated = GENERATE(-1, 0, 1, 2);
    REQUIRE(all.size() == 7);
    std::vector<receipt> receipts;
    for (const status& s : all[which])
        receipts.push_back(make(s));
    const auto count = static_cast<int>(receipts.size());

    std::vector<int> order;
    for (int i = 0; i < count; ++i)
        order.push_back(i);
    const message_state expected = merged_in_order(receipts, order);
    if (repeated >= 0)
        order.push_back(repeated % count);
    std::sort(order.begin(), order.end());
    int permutations = 0;
    bool all_equal = true;
    do {
        all_equal = all_equal && merged_in_order(receipts, order) == expected;
        ++permutations;
    } while (std::next_permutation(order.begin(), order.end()));
    CHECK(all_equal);
    CHECK(permutations >= 6);
}

TEST_CASE("lifecycle: in any order a gap is left where a message was never sent, and only there")
{
    using enum delivery_status;

    struct row {
        std::vector<delivery_status> seen;
        int left;
    };

    row r = GENERATE(
        row{{sent, delivered, read}, 0},
        row{{delivered, read}, 1},
        row{{read, read}, 1},
        row{{sent, delivered, sent}, 0},
        row{{delivery_failed}, 0},
        row{{delivery_failed, delivered}, 1},
        row{{unknown, sent}, 0}
    );
    std::sort(r.seen.begin(), r.seen.end());
    do {
        message_state state;
        int left = 0;
        for (const delivery_status s : r.seen) {
            const sent_gap gap = merge(state, make(status{.what = s})).gap;
            left += gap == sent_gap::opened ? 1 : gap == sent_gap::closed ? -1 : 0;
            REQUIRE((left == 0 || left == 1));
        }
        CHECK(left == r.left);
    } while (std::next_permutation(r.seen.begin(), r.seen.end()));
}

TEST_CASE("lifecycle: the effective status is the highest one seen")
{
    using enum delivery_status;

    struct row {
        std::vector<delivery_status> seen;
        delivery_status effective;
    };

    const auto r = GENERATE(
        row{{}, unknown},
        row{{sent}, sent},
        row{{sent, delivery_failed}, delivery_failed},
        row{{delivery_failed, sent}, delivery_failed},
        row{{delivery_failed, delivered}, delivered},
        row{{read}, read},
        row{{read, delivery_failed, sent}, read},
        row{{unknown, sent}, sent}
    );
    message_state state;
    for (const auto s : r.seen)
        merge(state, make(status{.what = s}));
    CHECK(state.effective() == r.effective);
}

TEST_CASE("lifecycle: a transition says what the status did")
{
    using enum delivery_status;

    struct row {
        std::vector<delivery_status> before;
        delivery_status now;
        transition expected;
    };

    const auto r = GENERATE(
        row{{}, sent, transition::first},
        row{{}, read, transition::first},
        row{{}, unknown, transition::first},
        row{{unknown}, sent, transition::advance},
        row{{sent}, delivered, transition::advance},
        row{{sent}, delivery_failed, transition::advance},
        row{{delivered}, read, transition::advance},
        row{{sent}, read, transition::advance},
        row{{read}, delivered, transition::late},
        row{{delivered}, sent, transition::late},
        row{{delivered}, delivery_failed, transition::late},
        row{{read}, delivery_failed, transition::late},
        row{{delivery_failed}, sent, transition::late},
        row{{sent}, unknown, transition::late},
        row{{delivery_failed}, delivered, transition::revise},
        row{{sent, delivery_failed}, read, transition::revise},
        row{{delivery_failed, delivered}, read, transition::advance},
        row{{sent}, sent, transition::repeat},
        row{{delivery_failed, delivered}, delivery_failed, transition::repeat}
    );
    message_state state;
    for (const auto s : r.before)
        merge(state, make(status{.what = s}));
    const auto previous = state.effective();

    const merged change = merge(state, make(status{.what = r.now}));

    CHECK(change.transition == r.expected);
    CHECK(change.previous.has_value() == !r.before.empty());
    if (change.previous)
        CHECK(*change.previous == previous);
    CHECK(view(state, change).status == state.effective());
}

TEST_CASE("lifecycle: a repeat changes nothing, an earlier one only the time")
{
    message_state state;
    CHECK(merge(state, make(status{})).changed);
    const message_state before = state;

    CHECK_FALSE(merge(state, make(status{})).changed);
    CHECK(state == before);
    CHECK_FALSE(merge(state, make(status{.at = noon + 5s})).changed);
    CHECK(state == before);
    CHECK(merge(state, make(status{.at = noon - 5s})).changed);
    CHECK(state.at(delivery_status::sent) == noon - 5s);
}

TEST_CASE("lifecycle: the parts of a written party are read back")
{
    party p;
    p.id_json = R"("+52\"55,}")";
    p.name_json = R"("a: \\")";
    p.phone_number_json = R"("")";
    const std::string json = party_json(p);

    CHECK(json == R"({"id":"+52\"55,}","name":"a: \\","user_id":null,"phone_number":""})");
    const party back = party_of(json);
    CHECK(back.id_json == p.id_json);
    CHECK(back.name_json == p.name_json);
    CHECK(back.user_id_json.empty());
    CHECK(back.phone_number_json == p.phone_number_json);
    CHECK(party_of("{}").id_json.empty());
    CHECK(party_of("").id_json.empty());
    CHECK(party_of(R"({"id":"x)").id_json == "\"x");
}
