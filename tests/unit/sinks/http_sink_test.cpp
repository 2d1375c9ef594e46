#include "sinks/http_sink.hpp"

#include "support/catch.hpp"
#include "support/events.hpp"
#include "support/files.hpp"
#include "support/http_peer.hpp"
#include "support/run_task.hpp"

#include <stdexcept>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::answer;
using test::peer_reply;
using test::peer_request;

namespace {

struct http_fixture {
    test::sink_home home;
    event e = test::make_event(7);

    static http_sink_settings settings(const std::string& url)
    {
        http_sink_settings s;
        s.url = url;
        s.concurrency = 4;
        return s;
    }

    attempt deliver(sink& s)
    {
        const event* one = &e;
        return home.run(s.deliver({&one, 1}));
    }

    attempt deliver_to(const http_sink_settings& s)
    {
        const auto sink = make_http_sink(s, home.context);
        return deliver(*sink);
    }

    std::string refused(const http_sink_settings& s)
    {
        try {
            make_http_sink(s, home.context);
        }
        catch (const std::runtime_error& wrong) {
            return wrong.what();
        }
        return "";
    }
};

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE_METHOD(http_fixture, "http: posts the CloudEvent with the headers of Standard Webhooks")
{
    test::http_peer peer{[](const peer_request&) { return answer(204); }};
    auto s = settings(peer.url());
    s.headers.emplace_back("Authorization", secret_value{"Bearer t0ken"});

    CHECK(deliver_to(s).what == attempt::outcome::done);

    const auto asked = peer.requests();
    REQUIRE(asked.size() == 1);
    const auto& r = asked[0];
    CHECK(r.line == "POST /hooks?x=1 HTTP/1.1");
    CHECK(r.body + "\n" == test::line_of(e));
    CHECK(r.header("content-type") == "application/cloudevents+json");
    CHECK(r.header("host") == "127.0.0.1:" + std::to_string(peer.port()));
    CHECK(r.header("webhook-id") == event_id_text(e.id));
    CHECK(r.header("authorization") == "Bearer t0ken");
    CHECK_FALSE(r.headers.count("webhook-signature"));
    CHECK_FALSE(r.header("webhook-timestamp").empty());
}

TEST_CASE_METHOD(http_fixture, "http: raw passes the provider's body, type and signature on")
{
    test::http_peer peer{[](const peer_request&) { return answer(200); }};
    auto s = settings(peer.url());
    s.format = http_format::raw;
    CHECK(deliver_to(s).what == attempt::outcome::done);
    const auto r = peer.requests().at(0);
    CHECK(r.body == e.body);
    CHECK(r.header("content-type") == "text/plain");
    CHECK(r.header("x-connectly-hmac-sha256") == e.signature);

    // There is nothing of the provider's in an event of our own making.
    e.form = payload_form::none;
    CHECK(deliver_to(s).what == attempt::outcome::done);
    CHECK(peer.count() == 1);
}

TEST_CASE_METHOD(http_fixture, "http: tells done from later and never")
{
    struct {
        peer_reply reply;
        attempt::outcome expected;
        const char* detail;
        std::optional<std::chrono::milliseconds> retry_after;
    } cases[] = {
        {answer(200), attempt::outcome::done, "", {}},
        {answer(299), attempt::outcome::done, "", {}},
        {answer(400), attempt::outcome::again, "HTTP 400", {}},
        {answer(410), attempt::outcome::never, "HTTP 410", {}},
        {answer(429, "Retry-After: 7\r\n"), attempt::outcome::again, "HTTP 429", 7'000ms},
        {answer(503, "retry-after: Thu, 01 Jan 1970 00:00:00 GMT\r\n"),
         attempt::outcome::again,
         "HTTP 503",
         0ms},
        {answer(503, "Retry-After: soon\r\n"), attempt::outcome::again, "HTTP 503", {}},
        {answer(302, "Location: /elsewhere\r\n"), attempt::outcome::again, "redirects", {}},
        {answer(101), attempt::outcome::again, "HTTP 101", {}},
        {{"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
         },
         attempt::outcome::done,
         "",
         {}},
        {{"HTTP/1.0 200 OK\r\n\r\nuntil the end", true}, attempt::outcome::done, "", {}},
        {{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"},
         attempt::outcome::done,
         "",
         {}},
        {{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", true},
         attempt::outcome::done,
         "",
         {}},
        {{"HTTP/1.1 200 OK\r\nContent-Len", true}, attempt::outcome::again, "closed", {}},
        {{"", true}, attempt::outcome::again, "closed", {}},
        {{"220 smtp.example.net ESMTP\r\n\r\n", true}, attempt::outcome::again, "cannot read", {}},
        {{"HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", true},
         attempt::outcome::again,
         "cannot read",
         {}},
    };

    for (const auto& c : cases) {
        DYNAMIC_SECTION(c.reply.bytes.substr(0, 60))
        {
            test::http_peer peer{[&](const peer_request&) { return c.reply; }};
            const auto a = deliver_to(settings(peer.url()));
            CHECK(a.what == c.expected);
            CHECK(holds(a.detail, c.detail));
            CHECK(a.retry_after == c.retry_after);
            CHECK(peer.count() == 1);
        }
    }
}

TEST_CASE_METHOD(http_fixture, "http: keeps its connection, but not one whose answer is too long")
{
    const bool lengthy = GENERATE(false, true);
    const std::string body(lengthy ? 65'537 : 65'536, 'x');
    test::http_peer peer{[&](const peer_request&) -> peer_reply {
        return {
            "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body
        };
    }};
    const auto sink = make_http_sink(settings(peer.url()), home.context);
    for (int i = 0; i < 3; ++i)
        CHECK(deliver(*sink).what == attempt::outcome::done);
    CHECK(peer.connections() == (lengthy ? 3 : 1));
}

TEST_CASE_METHOD(http_fixture, "http: does not use a connection again that the peer wants closed")
{
    test::http_peer peer{[](const peer_request&) { return answer(200, "Connection: close\r\n"); }};
    const auto sink = make_http_sink(settings(peer.url()), home.context);
    CHECK(deliver(*sink).what == attempt::outcome::done);
    CHECK(deliver(*sink).what == attempt::outcome::done);
    CHECK(peer.connections() == 2);
}

TEST_CASE_METHOD(http_fixture, "http: a kept connection that was closed is replaced at once")
{
    std::map<std::uint64_t, int> seen;  // One connection at a time: no lock.
    test::http_peer peer{[&](const peer_request& r) {
        return ++seen[r.connection] == 2 ? peer_reply{"", true} : answer(200);
    }};
    const auto sink = make_http_sink(settings(peer.url()), home.context);
    CHECK(deliver(*sink).what == attempt::outcome::done);
    SECTION("while the request is on its way")
    {
        CHECK(deliver(*sink).what == attempt::outcome::done);
        CHECK(peer.count() == 3);
    }
    SECTION("before it")
    {
        peer.close_all();
        CHECK(deliver(*sink).what == attempt::outcome::done);
        CHECK(peer.count() == 2);
    }
    CHECK(peer.connections() == 2);
}

TEST_CASE_METHOD(http_fixture, "http: each part of an attempt has its limit")
{
    const auto never = std::chrono::hours{1};
    test::http_peer peer{[&](const peer_request&) -> peer_reply {
        return {"HTTP/1.1 200 OK\r\n\r\n", false, never};
    }};
    auto s = settings(peer.url());
    SECTION("the first byte")
    {
        s.first_byte_timeout = 50ms;
        CHECK(deliver_to(s).detail == "no answer in time");
    }
    SECTION("the whole")
    {
        s.timeout = 50ms;
        CHECK_FALSE(deliver_to(s).detail.empty());
    }
    SECTION("a head that never ends")
    {
        peer.set([&](const peer_request&) -> peer_reply { return {"HTTP/1.1 200"}; });
        s.timeout = 200ms;
        CHECK(deliver_to(s).detail == "the answer took too long");
    }
    SECTION("a body that never ends is no failure: the answer was there")
    {
        peer.set([&](const peer_request&) -> peer_reply {
            return {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"};
        });
        s.timeout = 200ms;
        CHECK(deliver_to(s).what == attempt::outcome::done);
    }
}

TEST_CASE_METHOD(http_fixture, "http: ends at once when it is told to")
{
    test::http_peer peer{[](const peer_request&) -> peer_reply { return {"", false, 1h}; }};
    const auto sink = make_http_sink(settings(peer.url()), home.context);
    std::optional<attempt> a;
    const event* one = &e;
    asio::co_spawn(home.io, sink->deliver({&one, 1}), [&](std::exception_ptr, attempt x) {
        a = x;
    });
    home.run_until([&] { return peer.count() == 1; });
    sink->cancel();
    home.run_until([&] { return a.has_value(); });
    CHECK(a->what == attempt::outcome::again);
    CHECK(deliver(*sink).what == attempt::outcome::again);
    CHECK(peer.count() == 1);
}

TEST_CASE_METHOD(http_fixture, "http: nobody listening, and a name that there is not, are told")
{
    std::uint16_t port = 0;
    {
        port = test::http_peer{[](const peer_request&) { return answer(200); }}.port();
    }
    const auto closed = deliver_to(settings("http://127.0.0.1:" + std::to_string(port) + "/"));
    CHECK(closed.what == attempt::outcome::again);
    CHECK(holds(closed.detail, "refused"));
    auto s = settings("https://no-such-host.invalid/");
    CHECK(holds(deliver_to(s).detail, "no-such-host.invalid"));
}

TEST_CASE_METHOD(http_fixture, "http: tries every address of a name")
{
    // localhost is ::1 first, where nobody listens.
    test::http_peer peer{[](const peer_request&) { return answer(200); }};
    CHECK(deliver_to(settings(peer.url("localhost"))).what == attempt::outcome::done);
}

TEST_CASE_METHOD(http_fixture, "http: settings that cannot be are refused, with the remedy")
{
    auto s = settings("http://127.0.0.1:1/");
    CHECK(refused(s).empty());
    SECTION("no URL")
    {
        s.url = "crm.example.net/hooks";
    }
    SECTION("another scheme")
    {
        s.url = "ftp://127.0.0.1/";
    }
    SECTION("plain text to the world")
    {
        s.url = "http://crm.example.net/";
    }
    SECTION("a secret of another kind")
    {
        s.secrets.push_back({"current", secret_value{"c2VjcmV0"}, {}});
        CHECK(holds(refused(s), "whsec_"));
        CHECK_FALSE(holds(refused(s), "c2VjcmV0"));
    }
    SECTION("a header that ends the head")
    {
        s.headers.emplace_back("X-Token", secret_value{"a\r\nX-Evil: 1"});
        CHECK_FALSE(holds(refused(s), "Evil"));
    }
    SECTION("a header with a blank name")
    {
        s.headers.emplace_back("X Token", secret_value{"a"});
    }
    SECTION("a header that is ours")
    {
        s.headers.emplace_back("Webhook-Id", secret_value{"a"});
    }
    SECTION("a CA file that is not there")
    {
        s.url = "https://127.0.0.1/";
        s.ca = "/nonexistent/ca.pem";
        CHECK(holds(refused(s), "/nonexistent/ca.pem"));
    }
    SECTION("a client certificate without its key")
    {
        s.url = "https://127.0.0.1/";
        s.client_certificate = "/nonexistent/client.pem";
    }
    CHECK_FALSE(refused(s).empty());
}

TEST_CASE_METHOD(http_fixture, "http: plain text to another machine only where it is allowed")
{
    auto s = settings("http://crm.example.net/");
    CHECK(holds(refused(s), "plaintext: allow"));
    s.plaintext_allowed = true;
    CHECK(refused(s).empty());
}

TEST_CASE_METHOD(http_fixture, "http: without a secret that is still good nothing goes out")
{
    test::http_peer peer{[](const peer_request&) { return answer(200); }};
    auto s = settings(peer.url());
    s.secrets.push_back({"old", secret_value{"whsec_c2VjcmV0"}, timestamp{1s}});
    CHECK(deliver_to(s).detail == "every secret of the sink has expired");
    CHECK(peer.count() == 0);
}
