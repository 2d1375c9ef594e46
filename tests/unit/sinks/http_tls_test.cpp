#include "sinks/http_sink.hpp"
#include "support/catch.hpp"
#include "support/events.hpp"
#include "support/files.hpp"
#include "support/http_peer.hpp"
#include "support/run_task.hpp"

#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::answer;
using test::http_peer;
using test::peer_request;

namespace {

struct tls_fixture {
    test::sink_home home;
    event e = test::make_event(7);
    test::folder folder;
    test::test_pki pki{folder.path()};

    http_sink_settings settings(const std::string& url) const
    {
        http_sink_settings s;
        s.url = url;
        s.ca = pki.ca();
        return s;
    }

    attempt deliver(const http_sink_settings& s)
    {
        const auto sink = make_http_sink(s, home.context);
        const event* one = &e;
        home.run(sink->deliver({&one, 1}));
        return home.run(sink->deliver({&one, 1}));
    }

    http_peer::tls_files files(const std::string& name, const std::string& names) const
    {
        pki.issue(name, names);
        return {pki.certificate(name), pki.key(name), "", 0, false};
    }
};

test::peer_reply good(const peer_request&)
{
    return answer(200);
}

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE_METHOD(tls_fixture, "https: the certificate's names decide, for names and addresses")
{
    struct {
        const char *names, *host;
        bool fits;
    } cases[] = {
        {"DNS:localhost", "localhost", true},
        {"IP:127.0.0.1", "127.0.0.1", true},
        {"DNS:*.example.net", "localhost", false},
        {"DNS:localhost.example.net", "localhost", false},
        {"DNS:localhost", "127.0.0.1", false},
        {"DNS:127.0.0.1", "127.0.0.1", false},
        {"IP:127.0.0.1", "localhost", false},
    };

    for (const auto& c : cases) {
        DYNAMIC_SECTION(c.names << " for " << c.host)
        {
            http_peer peer{good, files("server", c.names)};
            const auto a = deliver(settings(peer.url(c.host)));
            CAPTURE(a.detail);
            CHECK((a.what == attempt::outcome::done) == c.fits);
            CHECK(peer.count() == (c.fits ? 2 : 0));
            if (!c.fits)
                CHECK(holds(a.detail, "mismatch"));
            else
                CHECK(peer.connections() == 1);
        }
    }
}

TEST_CASE_METHOD(tls_fixture, "https: a chain that leads to no CA we know is refused")
{
    http_peer peer{good, files("server", "IP:127.0.0.1")};
    auto s = settings(peer.url());
    s.ca.reset();  // The system's.
    const auto a = deliver(s);
    CHECK(a.what == attempt::outcome::again);
    CHECK(holds(a.detail, "TLS: "));
    CHECK(peer.count() == 0);
}

TEST_CASE_METHOD(tls_fixture, "https: a server that only speaks TLS 1.1 is refused")
{
    auto f = files("server", "IP:127.0.0.1");
    f.version_max = GENERATE(TLS1_1_VERSION, TLS1_2_VERSION);
    http_peer peer{good, f};
    const bool refused = f.version_max == TLS1_1_VERSION;
    CHECK((deliver(settings(peer.url())).what == attempt::outcome::again) == refused);
}

TEST_CASE_METHOD(tls_fixture, "https: shows its client certificate where it is asked for one")
{
    auto f = files("server", "IP:127.0.0.1");
    f.client_ca = pki.ca();
    http_peer peer{good, f};
    auto s = settings(peer.url());
    CHECK(deliver(s).what == attempt::outcome::again);
    pki.issue("client", "DNS:client");
    s.client_certificate = pki.certificate("client");
    s.client_key = pki.key("client");
    CHECK(deliver(s).what == attempt::outcome::done);
}

TEST_CASE_METHOD(tls_fixture, "https: a key that is not the certificate's is refused at start")
{
    pki.issue("client", "DNS:client");
    pki.issue("other", "DNS:other");
    auto s = settings("https://127.0.0.1/");
    s.client_certificate = pki.certificate("client");
    s.client_key = pki.key("other");
    CHECK_THROWS_AS(make_http_sink(s, home.context), std::runtime_error);
}

TEST_CASE_METHOD(tls_fixture, "https: a handshake that does not come about has its limit")
{
    auto f = files("server", "IP:127.0.0.1");
    f.stall_handshake = true;
    http_peer peer{good, f};
    auto s = settings(peer.url());
    s.tls_timeout = 50ms;
    CHECK(deliver(s).detail == "the TLS handshake took too long");
}

TEST_CASE_METHOD(tls_fixture, "https: a server that speaks plain text is a failure")
{
    http_peer peer{good};
    const auto a = deliver(settings("https://127.0.0.1:" + std::to_string(peer.port()) + "/"));
    CHECK(a.what == attempt::outcome::again);
}
