#include "commands/send_load.hpp"

#include "support/catch.hpp"
#include "support/tcp_peer.hpp"

#include <algorithm>
#include <mutex>
#include <set>

using namespace webhookd;
using namespace webhookd::commands;
using test::tcp_peer;
using namespace std::chrono_literals;

namespace {

constexpr auto good = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

// A run of numbered requests, and what became of each.
struct run {
    explicit run(const std::string& port)
    {
        settings.url = *parse_http_url("http://127.0.0.1:" + port + "/hook");
        settings.timeout = 10s;
    }

    load_report go(int count)
    {
        int next = 0;
        load_hooks hooks;
        hooks.next = [&](load_request& out) {
            out.id = std::to_string(next);
            out.bytes = "POST /hook HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                        std::to_string(out.id.size()) + "\r\n\r\n" + out.id;
            return next++ < count;
        };
        hooks.accepted = [&](std::string_view id) { accepted.emplace(id); };
        hooks.unanswered = [&](std::string_view id) { unanswered.emplace(id); };
        return run_load(settings, std::move(hooks));
    }

    load_settings settings;
    std::multiset<std::string> accepted, unanswered;
};

std::string body_of(const std::string& request)
{
    const auto end = request.find("\r\n\r\n");
    return end == std::string::npos ? std::string{} : request.substr(end + 4);
}

}  // namespace

TEST_CASE("send: every request arrives once and every 200 is told", "[commands]")
{
    std::mutex mutex;
    std::multiset<std::string> seen;
    tcp_peer peer{[&](auto& socket) {
        std::string buffer;
        for (;;) {
            const std::string request = tcp_peer::read_request(socket, buffer);
            if (request.empty())
                return;
            {
                std::lock_guard lock{mutex};
                seen.insert(body_of(request));
            }
            tcp_peer::write(socket, good);
        }
    }};
    run r{peer.port()};
    r.settings.connections = GENERATE(1u, 7u);

    const load_report report = r.go(200);

    CHECK(report.sent == 200);
    CHECK(report.answers == std::map<int, std::uint64_t>{{200, 200}});
    CHECK(report.latency.count() == 200);
    CHECK(report.connections == r.settings.connections);
    CHECK_FALSE(report.ended_early);
    CHECK(report.error.empty());
    CHECK(r.accepted.size() == 200);
    CHECK(seen == r.accepted);
}

TEST_CASE("send: other answers are counted by status and not told as accepted", "[commands]")
{
    tcp_peer peer{[](auto& socket) {
        std::string buffer;
        for (int i = 0;; ++i) {
            if (tcp_peer::read_request(socket, buffer).empty())
                return;
            tcp_peer::write(
                socket, i % 2 == 0 ? good : "HTTP/1.1 503 x\r\nContent-Length: 4\r\n\r\nbusy"
            );
        }
    }};
    run r{peer.port()};

    const load_report report = r.go(10);

    CHECK(report.answers == std::map<int, std::uint64_t>{{200, 5}, {503, 5}});
    CHECK(r.accepted == std::multiset<std::string>{"0", "2", "4", "6", "8"});
    CHECK_FALSE(report.ended_early);
}

TEST_CASE("send: a connection the server closes after an answer is made again", "[commands]")
{
    tcp_peer peer{[](auto& socket) {
        std::string buffer;
        tcp_peer::read_request(socket, buffer);
        tcp_peer::write(socket, "HTTP/1.1 200 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    }};
    run r{peer.port()};

    const load_report report = r.go(5);

    CHECK(report.connections == 5);
    CHECK(r.accepted.size() == 5);
    CHECK(r.unanswered.empty());
}

TEST_CASE("send: a request cut off before its answer ends the run", "[commands]")
{
    tcp_peer peer{[](auto& socket) {
        std::string buffer;
        tcp_peer::read_request(socket, buffer);
        tcp_peer::write(socket, good);
        tcp_peer::read_request(socket, buffer);
        tcp_peer::write(socket, "HTTP/1.1 200 OK\r\nContent-Le");
    }};
    run r{peer.port()};

    const load_report report = r.go(5);

    CHECK(report.ended_early);
    CHECK_FALSE(report.error.empty());
    CHECK(report.sent == 2);
    CHECK(report.unanswered == 1);
    CHECK(r.accepted == std::multiset<std::string>{"0"});
    CHECK(r.unanswered == std::multiset<std::string>{"1"});
}

TEST_CASE("send: keep going makes a new connection and goes on with the next", "[commands]")
{
    tcp_peer peer{[](auto& socket) {
        std::string buffer;
        for (int i = 0; i < 3; ++i) {
            if (tcp_peer::read_request(socket, buffer).empty())
                return;
            if (i < 2)
                tcp_peer::write(socket, good);
        }
    }};
    run r{peer.port()};
    r.settings.keep_going = true;

    const load_report report = r.go(9);

    CHECK(report.sent == 9);
    CHECK_FALSE(report.ended_early);
    CHECK(r.unanswered == std::multiset<std::string>{"2", "5", "8"});
    CHECK(r.accepted.size() == 6);
}

TEST_CASE("send: gives up after the time to retry, and nothing counts as sent", "[commands]")
{
    std::string port;
    {
        tcp_peer gone{[](auto&) {}};
        port = gone.port();
    }
    run r{port};
    r.settings.keep_going = GENERATE(false, true);
    r.settings.retry_for = 50ms;
    r.settings.connections = 3;

    const load_report report = r.go(9);

    CHECK(report.ended_early);
    CHECK(report.sent == 0);
    CHECK(report.connections == 0);
    CHECK(report.error.find("cannot connect") != std::string::npos);
}

TEST_CASE("send: an answer that does not come in time leaves the request unanswered", "[commands]")
{
    tcp_peer peer{[](auto& socket) {
        std::string buffer;
        tcp_peer::read_request(socket, buffer);
        tcp_peer::read_request(socket, buffer);  // until the client closes
    }};
    run r{peer.port()};
    r.settings.timeout = 100ms;

    const load_report report = r.go(5);

    CHECK(report.ended_early);
    CHECK(report.error == "no answer in time");
    CHECK(r.unanswered == std::multiset<std::string>{"0"});
}

TEST_CASE("send: with a rate, waiting for a slow server counts as latency", "[commands]")
{
    tcp_peer peer{[](auto& socket) {
        std::string buffer;
        for (int i = 0;; ++i) {
            if (tcp_peer::read_request(socket, buffer).empty())
                return;
            if (i == 0)
                std::this_thread::sleep_for(300ms);  // the stall that must not be hidden
            tcp_peer::write(socket, good);
        }
    }};
    run r{peer.port()};
    r.settings.rate = 100;

    const load_report report = r.go(11);

    // The first answer takes 300 ms; the tenth request was due after 90 ms and waited 210.
    CHECK(report.latency.quantile(0.5) >= 200ms);
    CHECK(report.sent == 11);
}
