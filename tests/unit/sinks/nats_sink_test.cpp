#include "sinks/nats_sink.hpp"

#include "sinks/nats_subject.hpp"
#include "support/catch.hpp"
#include "support/events.hpp"
#include "support/nats_server.hpp"
#include "support/run_task.hpp"

#include <stdexcept>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;

namespace {

struct nats_fixture {
    test::sink_home home;
    test::nats_server server;
    std::vector<event> events = test::make_events(1, 300);
    std::vector<const event*> batch = test::pointers(events);

    nats_sink_settings settings() const
    {
        nats_sink_settings s;
        s.url = server.url();
        s.timeout = 2s;
        return s;
    }

    attempt deliver(sink& s) { return home.run(s.deliver(batch)); }
};

std::string subject(const std::string& form, const std::string& type)
{
    event e = test::make_event(1);
    e.type = type;
    e.name_space = "tenant one.eu";
    return nats_subject{form}.of(e);
}

}  // namespace

TEST_CASE("nats subject: from a template")
{
    const std::string form = "connectly.{topic}.{status}";
    CHECK(subject(form, "ai.connectly.delivery_status.sent") == "connectly.delivery_status.sent");
    CHECK(subject(form, "ai.connectly.unrecognized") == "connectly.unrecognized.none");
    CHECK(subject(form, "odd") == "connectly.odd.none");
    CHECK(subject("x.{namespace}.{provider}", "a.b.c.d") == "x.tenant_one_eu.connectly");
    CHECK(subject("all", "a.b.c.d") == "all");
    CHECK(subject("{topic}", "a.b.c.d.*") == "c");
}

TEST_CASE("nats subject: templates that cannot be are refused")
{
    const char* bad = GENERATE(
        "", ".", "a.", ".a", "a..b", "a b", "a.*", "a.>", "{nothing}", "{", "a.{topic", "}"
    );
    CHECK_THROWS_AS(nats_subject{bad}, std::runtime_error);
}

TEST_CASE_METHOD(nats_fixture, "nats: only what a stream acknowledged counts, each event once")
{
    const auto s = make_nats_sink(settings(), home.context);
    const auto none = deliver(*s);
    CHECK(none.what == attempt::outcome::again);
    CHECK(none.taken == 0);
    CHECK(none.detail == "NATS: no stream takes the subject");

    server.add_stream("events", "connectly.>");
    CHECK(deliver(*s).what == attempt::outcome::done);
    CHECK(deliver(*s).what == attempt::outcome::done);  // A repeat is dropped by the stream.
    const auto held = server.messages("events");
    REQUIRE(held.size() == events.size());
    for (std::size_t i = 0; i < held.size(); ++i) {
        REQUIRE(held[i].subject == "connectly.delivery_status.sent");
        REQUIRE(held[i].id == event_id_text(events[i].id));
        REQUIRE(held[i].data + "\n" == test::line_of(events[i]));
    }
}

TEST_CASE_METHOD(nats_fixture, "nats: a server that stops and comes back loses nothing")
{
    server.add_stream("events", "connectly.>");
    const auto s = make_nats_sink(settings(), home.context);
    REQUIRE(deliver(*s).what == attempt::outcome::done);
    events = test::make_events(301, 400);
    batch = test::pointers(events);
    server.stop();
    CHECK(deliver(*s).what == attempt::outcome::again);
    server.start();
    while (deliver(*s).what != attempt::outcome::done)
        ;  // It connects again by itself, in its own time.
    CHECK(server.messages("events").size() == 400);
}

TEST_CASE_METHOD(nats_fixture, "nats: a server that is not there at start is waited for")
{
    server.stop();
    const auto s = make_nats_sink(settings(), home.context);
    CHECK(deliver(*s).what == attempt::outcome::again);
    server.start();
    server.add_stream("events", "connectly.>");
    while (deliver(*s).what != attempt::outcome::done)
        ;
    CHECK(server.messages("events").size() == 300);
}

TEST_CASE_METHOD(nats_fixture, "nats: an event that is too large for the server is rejected alone")
{
    server.add_stream("events", "connectly.>");
    events = test::make_events(1, 2);
    events.push_back(test::make_event(3, "k", "{\"a\":\"" + std::string(2u << 20, 'x') + "\"}"));
    batch = test::pointers(events);
    const auto s = make_nats_sink(settings(), home.context);
    const auto a = deliver(*s);
    CHECK(a.what == attempt::outcome::never);
    CHECK(a.taken == 2);
    CHECK(a.reason == "rejected");
}

TEST_CASE_METHOD(nats_fixture, "nats: settings that cannot be are refused")
{
    auto s = settings();
    SECTION("another scheme")
    {
        s.url = "http://127.0.0.1:4222";
    }
    SECTION("a subject with a wildcard")
    {
        s.subject = "connectly.>";
    }
    SECTION("a CA file that is not there")
    {
        s.ca = "/nonexistent/ca.pem";
    }
    CHECK_THROWS_AS(make_nats_sink(s, home.context), std::runtime_error);
}
