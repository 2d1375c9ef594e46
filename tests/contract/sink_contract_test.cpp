// What every sink promises the dispatcher, held against each of them. A new sink joins the table
// in `destinations`.
#include "support/catch.hpp"
#include "support/destinations.hpp"
#include "support/events.hpp"
#include "support/run_task.hpp"

#include <string>
#include <vector>

using namespace webhookd;

namespace {

struct contract {
    test::sink_home home;

    // Hands a batch over as the policy wants it: whole, or one by one.
    attempt deliver(sink& s, const std::vector<event>& events)
    {
        const auto batch = test::pointers(events);
        if (!s.policy().keyed)
            return home.run(s.deliver(batch));
        for (const event* e : batch) {
            auto a = home.run(s.deliver({&e, 1}));
            if (a.what != attempt::outcome::done)
                return a;
        }
        return {};
    }

    static std::vector<std::string> lines(const std::vector<event>& events)
    {
        std::vector<std::string> out;
        for (const event& e : events) {
            out.push_back(test::line_of(e));
            out.back().pop_back();
        }
        return out;
    }
};

}  // namespace

TEST_CASE_METHOD(contract, "every sink: takes events in order, batch by batch, byte for byte")
{
    for (const auto& k : test::destinations()) {
        DYNAMIC_SECTION(k.name)
        {
            const auto to = k.make();
            const auto s = to->make(home.context);
            auto events = test::make_events(1, 20);
            events.push_back(test::make_event(21, "k", "\xff not json", payload_form::base64));
            events.push_back(test::make_event(22, "k", "{\n\"a\":1}", payload_form::minified));
            CHECK(deliver(*s, events).what == attempt::outcome::done);
            auto more = test::make_events(23, 25);
            CHECK(deliver(*s, more).what == attempt::outcome::done);
            for (event& e : more)
                events.push_back(std::move(e));
            CHECK(to->arrived() == lines(events));
        }
    }
}

TEST_CASE_METHOD(contract, "every sink: what failed is taken when it is tried again")
{
    for (const auto& k : test::destinations()) {
        DYNAMIC_SECTION(k.name)
        {
            const auto to = k.make();
            const auto s = to->make(home.context);
            const auto first = test::make_events(1, 2), second = test::make_events(3, 4);
            REQUIRE(deliver(*s, first).what == attempt::outcome::done);
            REQUIRE(to->arrived() == lines(first));
            to->fail(true);
            for (int i = 0; i < 3; ++i) {
                const auto a = deliver(*s, second);
                CHECK(a.what == attempt::outcome::again);
                CHECK(a.taken == 0);
                CHECK_FALSE(a.detail.empty());
            }
            to->fail(false);
            attempt a;
            do
                a = deliver(*s, second);
            while (a.what == attempt::outcome::again && to->may_take_time());
            CHECK(a.what == attempt::outcome::done);
            const auto told = to->arrived();
            CHECK(std::vector<std::string>(told.end() - 2, told.end()) == lines(second));
        }
    }
}

TEST_CASE_METHOD(contract, "every sink: syncs, with something to sync and without")
{
    for (const auto& k : test::destinations()) {
        DYNAMIC_SECTION(k.name)
        {
            const auto to = k.make();
            const auto s = to->make(home.context);
            CHECK(home.run(s->sync()).has_value());
            deliver(*s, test::make_events(1, 2));
            CHECK(home.run(s->sync()).has_value());
            CHECK(home.run(s->sync()).has_value());
        }
    }
}

TEST_CASE_METHOD(contract, "every sink: can be reopened, and comes back when it is told to end")
{
    for (const auto& k : test::destinations()) {
        DYNAMIC_SECTION(k.name)
        {
            const auto to = k.make();
            const auto s = to->make(home.context);
            s->reopen();
            CHECK(deliver(*s, test::make_events(1, 2)).what == attempt::outcome::done);
            s->cancel();
            s->cancel();
            deliver(*s, test::make_events(3, 4));
        }
    }
}

TEST_CASE_METHOD(contract, "every sink: only one that resumes from its output says where it ended")
{
    for (const auto& k : test::destinations()) {
        DYNAMIC_SECTION(k.name)
        {
            const auto to = k.make();
            deliver(*to->make(home.context), test::make_events(1, 7));
            const auto s = to->make(home.context);
            CHECK((s->last_delivered() == 7) == s->policy().resumes_from_output);
        }
    }
}
