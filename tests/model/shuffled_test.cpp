// 100,000 events of 25,000 messages, shuffled, a fifth of them repeated: the state of every message
// in the store is the one that a naive reckoning makes of the unshuffled set, and no event is told
// twice.
#include "support/catch.hpp"
#include "support/stores.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>

using namespace testing;
using namespace webhookd;

namespace {

constexpr std::uint64_t message_count = 25'000;

// What the naive reckoning knows of a message, in words of its own.
struct expected_message {
    std::map<delivery_status, timestamp> first;
    std::set<std::pair<timestamp, std::string>> callbacks, campaigns, errors;
    std::set<std::string> identities;

    void add(const status& s)
    {
        const auto [at, fresh] = first.emplace(s.what, s.at);
        if (!fresh)
            at->second = std::min(at->second, s.at);
        if (!s.callback.empty())
            callbacks.emplace(s.at, s.callback);
        if (!s.campaign.empty())
            campaigns.emplace(s.at, s.campaign);
        if (!s.error_code.empty())
            errors.emplace(s.at, s.error_code);
        identities.insert(std::to_string(static_cast<int>(s.what)) + s.error_code);
    }

    delivery_status effective() const
    {
        for (const auto s :
             {delivery_status::read,
              delivery_status::delivered,
              delivery_status::delivery_failed,
              delivery_status::sent})
            if (first.contains(s))
                return s;
        return delivery_status::unknown;
    }

    std::optional<timestamp> at(delivery_status s) const
    {
        const auto found = first.find(s);
        return found == first.end() ? std::optional<timestamp>{} : found->second;
    }
};

std::string earliest(const std::set<std::pair<timestamp, std::string>>& all)
{
    return all.empty() ? std::string{} : all.begin()->second;
}

// Four statuses of each message: the usual ones, missing ones, contradictions, ties in a second.
std::vector<status> make_history(std::mt19937& random)
{
    using enum delivery_status;
    std::vector<status> out;
    for (std::uint64_t n = 0; n < message_count; ++n) {
        const timestamp at = noon + std::chrono::seconds{n};
        for (int i = 0; i < 4; ++i) {
            status s{.message = ulid(n), .at = at + std::chrono::seconds{random() % 4}};
            s.customer = "+5255" + std::to_string(n % 5000);
            s.what = std::array{sent, delivered, read, delivery_failed, sent}[random() % 5];
            if (s.what == delivery_failed) {
                s.error_code = random() % 2 ? "A" : "B";
                s.category = error_category::recipient;
            }
            if (random() % 2)
                s.callback = "{\"n\":" + std::to_string(random() % 3) + "}";
            if (random() % 2)
                s.campaign = "campaign_" + std::to_string(random() % 3);
            out.push_back(std::move(s));
        }
    }
    return out;
}

std::map<std::string, campaign_totals> expected_campaigns(
    const std::vector<expected_message>& messages
)
{
    std::map<std::string, campaign_totals> out;
    for (const expected_message& m : messages) {
        const std::string name = earliest(m.campaigns);
        if (name.empty())
            continue;
        campaign_totals& t = out[name];
        ++t.messages;
        t.sent += m.first.contains(delivery_status::sent);
        t.delivered += m.first.contains(delivery_status::delivered);
        t.read += m.first.contains(delivery_status::read);
        t.failed += m.effective() == delivery_status::delivery_failed;
    }
    return out;
}

}  // namespace

TEST_CASE("shuffled and repeated events end in the state of the unshuffled ones")
{
    const unsigned seed = std::random_device{}();
    std::mt19937 random{seed};
    CAPTURE(seed);
    WARN("seed " << seed);
    const std::vector<status> history = make_history(random);
    std::vector<expected_message> expected(message_count);
    std::size_t identities = 0;
    for (std::size_t i = 0; i < history.size(); ++i)
        expected[i / 4].add(history[i]);
    for (const expected_message& m : expected)
        identities += m.identities.size();

    std::vector<std::size_t> order(history.size());
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = 0; i < history.size() / 5; ++i)
        order.push_back(random() % history.size());
    std::shuffle(order.begin(), order.end(), random);

    test_store s{{.durability = durability::os}};
    std::set<bits128> told;
    std::uint64_t sequence = 0;
    bool in_order = true;
    for (std::size_t from = 0; from < order.size();) {
        std::vector<receipt> receipts;
        const std::size_t to = std::min(order.size(), from + 1 + random() % 200);
        for (; from < to; ++from)
            receipts.push_back(make(history[order[from]]));
        const auto done = s.commit(std::move(receipts));
        REQUIRE_FALSE(done.failed);
        if (done.events)
            for (const event& e : done.events->events) {
                in_order = in_order && told.insert(e.id).second && e.sequence == ++sequence;
            }
        forget_kept();
    }
    CHECK(in_order);
    CHECK(told.size() == identities);

    const auto reader = s.reader();
    for (std::uint64_t n = 0; n < message_count; ++n) {
        const auto found = reader->message("default", message_id{ulid(n)});
        REQUIRE(found.has_value());
        REQUIRE(found->has_value());
        const message_summary& m = (*found)->summary;
        const expected_message& e = expected[n];
        const bool same =
            m.lifecycle.status == e.effective() &&
            m.lifecycle.sent_at == e.at(delivery_status::sent) &&
            m.lifecycle.delivered_at == e.at(delivery_status::delivered) &&
            m.lifecycle.read_at == e.at(delivery_status::read) &&
            m.lifecycle.failed_at == e.at(delivery_status::delivery_failed) &&
            m.callback_data_json == earliest(e.callbacks) && m.campaign == earliest(e.campaigns) &&
            m.error_json.empty() == e.errors.empty() &&
            (e.errors.empty() ||
             m.error_json.find("\"" + earliest(e.errors) + "\"") != std::string::npos) &&
            (*found)->events.size() == e.identities.size();
        if (!same)
            FAIL("message " << n << " differs");
    }
    for (const auto& [name, totals] : expected_campaigns(expected)) {
        const auto found = reader->campaign("default", name);
        REQUIRE(found->has_value());
        CHECK((*found)->messages == totals.messages);
        CHECK((*found)->sent == totals.sent);
        CHECK((*found)->delivered == totals.delivered);
        CHECK((*found)->read == totals.read);
        CHECK((*found)->failed == totals.failed);
    }
}
