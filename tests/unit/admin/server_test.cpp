#include "running_admin.hpp"
#include "support/catch.hpp"

#include <fstream>
#include <sstream>

using namespace testing;
using namespace webhookd;

namespace {

admin_settings with_token(const std::string& token)
{
    return {"127.0.0.1:0", secret_value{token}};
}

std::size_t count(const std::string& text, std::string_view what)
{
    std::size_t n = 0;
    for (std::size_t i = 0; (i = text.find(what, i)) != std::string::npos; ++i)
        ++n;
    return n;
}

}  // namespace

TEST_CASE("admin: health says why it is not ready", "[admin]")
{
    running_admin admin;
    CHECK(admin.get("/livez").status == 200);
    CHECK(admin.get("/readyz").status == 200);
    CHECK(admin.get("/readyz?verbose").body.find(R"("ready":true)") != std::string::npos);

    admin.ready = false;

    const http_answer a = admin.get("/readyz");
    CHECK(a.status == 503);
    CHECK(a.says("Retry-After: "));
    CHECK(a.body.find("draining") != std::string::npos);
    CHECK(admin.get("/readyz?verbose").body.find(R"("reasons":["draining"])") != std::string::npos);
    CHECK(admin.get("/livez").status == 200);
}

TEST_CASE("admin: with a token everything but health needs it", "[admin]")
{
    running_admin admin{with_token("t0ken")};

    for (const char* header :
         {"",
          "Authorization: Bearer t0ke\r\n",
          "Authorization: Bearer t0kenx\r\n",
          "Authorization: Basic t0ken\r\n",
          "Authorization: Bearer \r\n",
          "Authorization: t0ken\r\n"}) {
        CAPTURE(header);
        const http_answer a = admin.ask("GET", "/v1/sinks", {}, header);
        CHECK(a.status == 401);
        CHECK(a.says("WWW-Authenticate: Bearer"));
        CHECK(a.body.find("t0ken") == std::string::npos);
    }
    CHECK(admin.ask("GET", "/metrics").status == 401);
    CHECK(admin.ask("GET", "/v1/sinks", {}, "Authorization: Bearer t0ken\r\n").status == 200);
    CHECK(
        admin
            .ask(
                "GET", "/v1/sinks", {}, "Host: admin.example.net\r\nAuthorization: bearer t0ken\r\n"
            )
            .status == 200
    );
    CHECK(admin.get("/livez").status == 200);
    CHECK(admin.get("/readyz").status == 200);
}

TEST_CASE("admin: without a token web pages cannot reach it through a browser", "[admin]")
{
    running_admin admin;
    for (const char* host :
         {"localhost", "LOCALHOST:9464", "127.0.0.1:1", "127.8.8.8", "[::1]:5"}) {
        CAPTURE(host);
        CHECK(
            admin.ask("GET", "/v1/sinks", {}, "Host: " + std::string{host} + "\r\n").status == 200
        );
    }
    for (const char* host :
         {"evil.example", "localhost.evil.example", "10.0.0.1", "", "127.0.0.1.nip.io"}) {
        CAPTURE(host);
        CHECK(
            admin.ask("GET", "/v1/sinks", {}, "Host: " + std::string{host} + "\r\n").status == 421
        );
    }
    CHECK(
        admin.ask("POST", "/v1/dead-letters/drop?all=true", {}, "Origin: http://evil.example\r\n")
            .status == 403
    );
    CHECK(admin.ask("GET", "/v1/sinks", {}, "Origin: null\r\n").status == 403);
    CHECK(admin.ask("GET", "/v1/sinks", {}, "Origin: http://localhost\r\n").status == 200);
}

TEST_CASE("admin: no token and no loopback is refused before anything is bound", "[admin]")
{
    admin_sources sources;
    for (const char* address : {"0.0.0.0:0", "[::]:0", "nonsense", "unix:", "127.0.0.1"}) {
        CAPTURE(address);
        CHECK_THROWS_AS(
            admin_server(admin_settings{address, std::nullopt}, admin_sources{}),
            std::invalid_argument
        );
    }
    CHECK_NOTHROW(admin_server(admin_settings{"0.0.0.0:0", secret_value{"t"}}, admin_sources{}));
}

TEST_CASE("admin: an address that is taken is told as such", "[admin]")
{
    running_admin first;
    CHECK_THROWS_AS(
        admin_server(admin_settings{first.address(), std::nullopt}, admin_sources{}),
        admin_bind_error
    );
}

TEST_CASE("admin: a unix socket works, and one left by a dead process is replaced", "[admin]")
{
    temporary_folder folder;
    const std::string address = "unix:" + std::string{folder / "admin.sock"};
    {
        running_admin admin{{address, std::nullopt}};
        CHECK(admin.address() == address);
        CHECK(admin.ask("GET", "/livez", {}, "Host: anything\r\n").status == 200);
        CHECK_THROWS_AS(
            admin_server(admin_settings{address, std::nullopt}, admin_sources{}), admin_bind_error
        );
        CHECK(admin.get("/v1/sinks").status == 200);
    }
    {
        boost::asio::io_context context;  // bound, closed, never unlinked: as kill -9 leaves it
        boost::asio::local::stream_protocol::acceptor left{context, {address.substr(5)}};
    }
    running_admin again{{address, std::nullopt}};
    CHECK(again.get("/livez").status == 200);
}

TEST_CASE("admin: keep-alive, HEAD and the framing guards", "[admin]")
{
    running_admin admin;
    http_client client = admin.connect();
    CHECK(client.ask("GET", "/version").status == 200);
    client.write("HEAD /version HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string head = client.read_until("\r\n\r\n");
    CHECK(head.starts_with("HTTP/1.1 200"));
    CHECK(head.find("Content-Length: 0\r\n") == std::string::npos);
    CHECK(client.ask("GET", "/version").status == 200);

    struct {
        const char* name;
        std::string request;
        int status;
    } cases[] = {
        {"no HTTP", "hello\r\n\r\n", 400},
        {"gzip",
         "PUT /v1/messages/a/context HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
         "gzip\r\n\r\n",
         400},
        {"both",
         "PUT /v1/messages/a/context HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
         "chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
         400},
        {"1.0 chunked",
         "PUT /v1/messages/a/context HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n",
         400},
        {"two hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400},
        {"no host", "GET /livez HTTP/1.1\r\n\r\n", 421},
        {"long header",
         "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n",
         431},
        {"absolute", "GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
    };

    for (const auto& c : cases) {
        DYNAMIC_SECTION(c.name)
        {
            http_client raw = admin.connect();
            raw.write(c.request);
            const int got = raw.read().status;
            // Without a Host, being no loopback name and being malformed are both right.
            CHECK((got == c.status || (c.status == 421 && got == 400)));
        }
    }
}

TEST_CASE("admin: more connections than the limit are closed", "[admin]")
{
    running_admin admin;
    std::vector<std::unique_ptr<http_client>> open;
    for (int i = 0; i < 64; ++i) {
        open.push_back(std::make_unique<http_client>(admin.address()));
        REQUIRE(open.back()->ask("GET", "/livez").status == 200);
    }
    http_client over{admin.address()};
    CHECK(over.closed());
    open.pop_back();
    CHECK(open.front()->ask("GET", "/livez").status == 200);
}

TEST_CASE("admin: the live stream shows what is committed, from where a client left off", "[admin]")
{
    running_admin admin;
    status s;
    s.message = ulid(1);
    admin.take(s);
    s.message = ulid(2);
    admin.take(s);

    http_client live = admin.connect();
    live.write("GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1\r\n\r\n");
    const std::string head = live.read_until("\r\n\r\n");
    CHECK(head.find("text/event-stream") != std::string::npos);
    live.read_until(": welcome\n\n");
    CHECK(live.read_until("\n\n").starts_with("id: 2\ndata: {"));

    for (std::uint64_t i = 3; i <= 40; ++i) {
        s.message = ulid(i);
        s.what = i % 2 == 0 ? delivery_status::read : delivery_status::sent;
        admin.take(s);
    }
    for (std::uint64_t i = 3; i <= 40; ++i) {
        const std::string event = live.read_until("\n\n");
        REQUIRE(event.starts_with("id: " + std::to_string(i) + "\n"));
    }

    http_client reads = admin.connect();
    reads.write("GET /v1/events/stream?after=0&type=*.read HTTP/1.1\r\nHost: localhost\r\n\r\n");
    reads.read_until(": welcome\n\n");
    for (std::uint64_t i = 4; i <= 40; i += 2)
        REQUIRE(reads.read_until("\n\n").starts_with("id: " + std::to_string(i) + "\n"));

    CHECK(admin.get("/v1/events/stream?after=x").status == 400);
    CHECK(admin.get("/v1/events/stream?nope=1").status == 400);
}

TEST_CASE("admin: stopping ends streams and idle connections", "[admin]")
{
    running_admin admin;
    http_client live = admin.connect();
    live.write("GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    live.read_until(": welcome\n\n");
    http_client idle = admin.connect();
    CHECK(idle.ask("GET", "/livez").status == 200);

    admin.server().stop();

    CHECK(live.closed());
    CHECK(idle.closed());
}

TEST_CASE("admin: metrics count what was committed, and labels start at 0", "[admin]")
{
    running_admin admin;
    const std::string before = admin.get("/metrics").body;
    CHECK(
        before.find("webhook_events_total{type=\"ai.connectly.report.completed\"} 0\n") !=
        std::string::npos
    );

    status s;
    admin.take(s, s);
    s.what = delivery_status::delivery_failed;
    s.error_code = "ERROR_CODE_UNSPECIFIED";
    s.category = error_category::platform;
    admin.take(s);
    s.message = ulid(2);
    s.what = delivery_status::read;
    admin.take(s);

    const http_answer a = admin.get("/metrics");
    CHECK(a.says("text/plain; version=0.0.4"));
    for (const char* line : {
             "webhook_events_total{type=\"ai.connectly.delivery_status.sent\"} 1\n",
             "webhook_failures_total{code=\"ERROR_CODE_UNSPECIFIED\",category=\"platform\"} 1\n",
             "webhook_duplicates_total 1\n",
             "webhook_sent_gaps_total 1\n",
             "webhook_sent_gaps_closed_total 0\n",
             "webhook_event_lag_seconds_count 3\n",
             "store_batch_events_bucket{le=\"+Inf\"} ",
             "store_commit_duration_seconds_count ",
             "store_size_bytes ",
             "store_failing 0\n",
             "config_last_reload_successful 1\n",
             "build_info{version=\"",
             "process_resident_memory_bytes ",
             "process_cpu_seconds_total ",
             "process_open_fds ",
             "process_start_time_seconds ",
             "# TYPE store_commit_duration_seconds histogram\n",
         }) {
        CAPTURE(line);
        CHECK(a.body.find(line) != std::string::npos);
    }
    CHECK(count(a.body, "# TYPE webhook_events_total ") == 1);
}

TEST_CASE("admin: sinks have metrics with their name as label", "[admin]")
{
    running_admin admin;
    sink_status crm;
    crm.name = "crm";
    crm.breaker = "open";
    crm.lag_events = 7;
    admin.sinks = {crm};

    const std::string text = admin.get("/metrics").body;

    for (const char* line :
         {"sink_lag_events{sink=\"crm\"} 7\n",
          "sink_breaker_state{sink=\"crm\",state=\"open\"} 1\n",
          "sink_breaker_state{sink=\"crm\",state=\"closed\"} 0\n",
          "sink_dead_letters{sink=\"crm\"} 0\n",
          "sink_delivered_total{sink=\"crm\"} 0\n"}) {
        CAPTURE(line);
        CHECK(text.find(line) != std::string::npos);
    }
}
