#include "commands/admin_client.hpp"
#include "commands/commands.hpp"
#include "support/catch.hpp"
#include "support/tcp_peer.hpp"

using namespace webhookd::commands;
using webhookd::test::tcp_peer;

namespace {

struct answering {
    explicit answering(std::string answer)
        : peer{[this, answer = std::move(answer)](auto& socket) {
              std::string buffer;
              request = tcp_peer::read_request(socket, buffer);
              tcp_peer::write(socket, answer);
          }}
    {
    }

    admin_client client() { return admin_client{{"127.0.0.1:" + peer.port(), {}, {}}}; }

    std::string request;  // read after the answer has come
    tcp_peer peer;
};

std::string ok(const std::string& body)
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("client: sends what it is asked to and gives the answer's body", "[commands]")
{
    answering daemon{ok("{}")};

    CHECK(daemon.client().request("POST", "/v1/replay", "{\"a\":1}") == "{}");

    CHECK(daemon.request.starts_with("POST /v1/replay HTTP/1.1\r\n"));
    CHECK(daemon.request.ends_with("\r\n\r\n{\"a\":1}"));
}

TEST_CASE("client: the token goes into the header", "[commands]")
{
    answering daemon{ok("x")};
    ::setenv("WEBHOOKD_TEST_TOKEN", "t0ken\n", 1);
    admin_client client{{"127.0.0.1:" + daemon.peer.port(), {}, "WEBHOOKD_TEST_TOKEN"}};

    client.request("GET", "/version");

    CHECK(daemon.request.find("Authorization: Bearer t0ken\r\n") != std::string::npos);
    CHECK_THROWS_AS(admin_client({"127.0.0.1:1", "/no/such/file", {}}), std::runtime_error);
}

TEST_CASE(
    "client: a refusal carries the problem's sentence, and each kind its exit code", "[commands]"
)
{
    struct {
        const char* status;
        int exit_code;
    } cases[] = {{"400 x", exit_usage}, {"404 x", exit_failed}, {"401 x", exit_failed}};

    for (const auto& c : cases) {
        CAPTURE(c.status);
        answering daemon{
            "HTTP/1.1 " + std::string{c.status} +
            "\r\nContent-Length: 27\r\n\r\n{\"detail\":\"not like that.\"}"
        };
        std::string message;
        const int code = run_client("test", [&] {
            try {
                daemon.client().request("GET", "/");
            }
            catch (const admin_refusal& e) {
                message = e.what();
                throw;
            }
            return 0;
        });
        CHECK(message == "not like that.");
        CHECK(code == c.exit_code);
    }
}

TEST_CASE("client: nobody there, or cut off in mid-answer, is exit code 69", "[commands]")
{
    std::string port;
    {
        tcp_peer gone{[](auto&) {}};
        port = gone.port();
    }
    for (const std::string& address : {"127.0.0.1:" + port, std::string{"unix:/no/such/socket"}}) {
        CAPTURE(address);
        const int code = run_client("test", [&] {
            admin_client{{address, {}, {}}}.request("GET", "/");
            return 0;
        });
        CHECK(code == exit_unavailable);
    }
    answering daemon{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"};
    CHECK_THROWS_AS(daemon.client().request("GET", "/"), unreachable);
}

TEST_CASE("client: follows a stream to its end", "[commands]")
{
    answering daemon{
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hi\n\nid: 4\ndata: a\n\nid: "
        "5\n"
        "data: b\n\n"
    };
    std::vector<std::string> seen;

    daemon.client()
        .stream("/v1/events/stream", "3", [&](std::string_view id, std::string_view data) {
            if (!data.empty())
                seen.push_back(std::string{id} + ':' + std::string{data});
            return true;
        });

    CHECK(seen == std::vector<std::string>{"4:a", "5:b"});
    CHECK(daemon.request.find("Last-Event-ID: 3\r\n") != std::string::npos);
}

TEST_CASE("client: whatever may not stand in a URL is percent-encoded", "[commands]")
{
    CHECK(percent_encoded("+52 a/b?\xc3\xa9~-._") == "%2B52%20a%2Fb%3F%C3%A9~-._");
}
