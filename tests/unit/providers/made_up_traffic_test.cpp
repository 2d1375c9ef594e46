#include "event/event.hpp"
#include "providers/connectly/samples.hpp"
#include "providers/provider.hpp"
#include "support/catch.hpp"

#include <cstring>
#include <map>
#include <set>

using namespace webhookd;
using connectly::sample_source;
using connectly::scenario;

namespace {

// What the provider makes of a body.
receipt parsed(const std::string& body)
{
    static const endpoint to{"/webhooks/connectly", "connectly", "default"};
    static const auto worker =
        find_provider("connectly")->make_worker({{"s", secret_value{"x"}, {}}});
    receipt r;
    r.memory = block{body.size()};
    std::memcpy(r.memory.data(), body.data(), body.size());
    r.body = {r.memory.data(), body.size()};
    r.to = &to;
    r.received = timestamp{};
    worker->parse(r);
    return r;
}

std::vector<receipt> all_of(scenario what, std::uint64_t count)
{
    sample_source source{what, count, 7};
    std::vector<receipt> out;
    for (std::uint64_t i = 0; i < count; ++i)
        out.push_back(parsed(source.next()));
    return out;
}

}  // namespace

TEST_CASE(
    "samples: a life is sent, delivered, read of one message, with data and campaign", "[providers]"
)
{
    const auto events = all_of(scenario::life, 3);

    const delivery_status expected[] = {
        delivery_status::sent, delivery_status::delivered, delivery_status::read
    };
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(events[i].topic == topic::delivery_status);
        CHECK(events[i].status == expected[i]);
        CHECK(events[i].message == events[0].message);
        CHECK_FALSE(events[i].callback_data_json.empty());
        CHECK_FALSE(events[i].campaign.empty());
        CHECK(events[i].form == payload_form::verbatim);
    }
    CHECK(events[0].time < events[1].time);
    CHECK(events[1].time < events[2].time);
}

TEST_CASE("samples: no two made-up events are the same one", "[providers]")
{
    const auto what =
        GENERATE(scenario::life, scenario::replies, scenario::failures, scenario::out_of_order);
    std::set<bits128> ids;
    for (const receipt& r : all_of(what, 3000))
        ids.insert(r.id);

    CHECK(ids.size() == 3000);
}

TEST_CASE("samples: repeats come twice, byte for byte", "[providers]")
{
    sample_source source{scenario::repeats, 576, 7};
    std::map<std::string, int> bodies;
    for (int i = 0; i < 576; ++i)
        ++bodies[source.next()];

    CHECK(bodies.size() == 288);
    for (const auto& [body, times] : bodies)
        CHECK(times == 2);
}

TEST_CASE("samples: a button reply names its message in the UUID spelling", "[providers]")
{
    const auto events = all_of(scenario::replies, 4);

    CHECK(events[2].type == "ai.connectly.messages.button_reply");
    CHECK(events[2].reply_to == events[0].message);
    CHECK(events[2].customer.key() == events[0].customer.key());
    CHECK(events[3].type == "ai.connectly.messages.text");
    CHECK(events[3].reply_to.empty());
    CHECK(events[3].callback_data_json.empty());
}

TEST_CASE("samples: failures have codes that the catalogue knows", "[providers]")
{
    std::set<error_category> categories;
    for (const receipt& r : all_of(scenario::failures, 12)) {
        if (r.status != delivery_status::delivery_failed)
            continue;
        CHECK_FALSE(r.error_code.empty());
        CHECK(r.category != error_category::unknown);
        categories.insert(r.category);
    }
    CHECK(categories.size() >= 5);
}

TEST_CASE(
    "samples: out of order is read, delivered, sent with the times of the right order",
    "[providers]"
)
{
    const auto events = all_of(scenario::out_of_order, 3);

    CHECK(events[0].status == delivery_status::read);
    CHECK(events[2].status == delivery_status::sent);
    CHECK(events[2].time < events[1].time);
    CHECK(events[1].time < events[0].time);
    CHECK(events[0].message == events[2].message);
}

TEST_CASE("samples: the same seed and start make the same bytes", "[providers]")
{
    const auto start = parse_rfc3339("2026-02-16T09:59:10Z");
    sample_source a{scenario::mixed, 500, 3, start};
    sample_source b{scenario::mixed, 500, 3, start};
    sample_source other{scenario::mixed, 500, 4, start};
    int different = 0;
    for (int i = 0; i < 500; ++i) {
        const std::string body = a.next();
        CHECK(body == b.next());
        different += body != other.next() ? 1 : 0;
    }
    CHECK(different == 500);
}

TEST_CASE("samples: the mixed scenario shown once holds every kind", "[providers]")
{
    std::set<std::string_view> types;
    std::map<bits128, int> ids;
    const auto count = sample_source::whole(scenario::mixed);
    for (const receipt& r : all_of(scenario::mixed, count)) {
        types.insert(r.type);
        ++ids[r.id];
    }

    CHECK(types.size() == 6);
    CHECK(ids.size() == count - 3);
}
