#include "support/catch.hpp"
#include "world.hpp"

using namespace webhookd;
using namespace std::chrono_literals;
using test::all_text;

TEST_CASE("config: the defaults are those of the settings", "[config]")
{
    const auto loaded = test::world{}.load(test::good_config()).config;
    CHECK(all_text(loaded.problems) == "");
    CHECK(all_text(loaded.notes) == "");
    const settings& s = loaded.value;
    const limit_settings limits;
    CHECK(s.ingress.limits.max_body == limits.max_body);
    CHECK(s.ingress.limits.idle_timeout == limits.idle_timeout);
    CHECK(s.store.path == "/etc/w/events.db");
    CHECK(s.store.retention == 168h);
    CHECK(s.store.correlate);
    CHECK(!s.store.stuck_after);
    CHECK(s.shutdown.grace == 25s);
    REQUIRE(s.ingress.listeners.size() == 1);
    CHECK(s.ingress.listeners[0].tls->certificate == "/etc/w/tls.crt");
    REQUIRE(s.ingress.endpoints.size() == 1);
    CHECK(s.ingress.endpoints[0].secrets.at(0).value.bytes() == "s3cret-of-the-endpoint");
    CHECK(s.ingress.endpoints[0].name_space == "default");
    REQUIRE(s.sinks.size() == 1);
    CHECK(std::get<file_sink_settings>(s.sinks[0].destination).path == "/etc/w/events.ndjson");
    CHECK(s.admin->address == "127.0.0.1:9464");
    CHECK(!s.admin->token);
}

TEST_CASE("config: every value that can be said arrives in its setting", "[config]")
{
    test::world w;
    w.files["/etc/w/ca.pem"] = w.files["/etc/w/tls.crt"];
    w.files["/etc/w/bus.creds"] = "x";
    w.env["OLD"] = "old-secret";
    const auto loaded = w.load(R"(
listeners:
  - address: "[::1]:8443"
    tls: { certificate: tls.crt, private_key: tls.key, client_ca: ca.pem, min_version: 1.3 }
    proxy_protocol: required
  - { address: 127.0.0.1:8080, tls: off }
trusted_proxies: [10.0.0.0/8, "::1"]
endpoints:
  - path: /in
    provider: connectly
    namespace: acme
    secrets: [{ name: old, env: OLD, not_after: 2099-12-31T00:00:00Z }]
limits: { max_body: 2MiB, max_connections: 7, max_queue: 3MiB, handshake_timeout: 1s,
          header_timeout: 2s, body_timeout: 3s, idle_timeout: 4s }
store: { path: /var/lib/w/e.db, durability: os, retention: 8d, messages_retention: 9d,
         max_size: 1GiB, duplicates: mark }
correlation: { enabled: true, stuck_after: 1h }
sinks:
  - name: log
    type: file
    path: ../out/e.ndjson
    rotate: { size: 256MiB, interval: 1d, keep: 3 }
    filter: { types: ["ai.*"], endpoints: [/in], customers: ["+52*"], campaigns: [spring] }
    start: beginning
    on_full: drop_oldest
  - name: crm
    type: http
    url: http://10.0.0.1:8080/hooks
    plaintext: allow
    format: raw
    secrets: [{ name: current, file: whsec }]
    headers: { Authorization: { file: token }, X-Env: "prod" }
    tls: { ca: ca.pem, certificate: tls.crt, private_key: tls.key }
    concurrency: 9
    timeout: 11s
    timeouts: { connect: 1s, tls: 2s, first_byte: 3s }
    retry: { initial: 250ms, max: 1m, give_up_after: 1h }
    breaker: { failures: 4, probe: 5s }
  - { name: bus, type: nats, url: "tls://n:1", subject: "a.{topic}", credentials: bus.creds,
      ca: ca.pem, timeout: 6s }
admin: { address: 0.0.0.0:9464, token: { file: token } }
log: { level: debug, format: text }
shutdown: { delay: 1s, grace: 2s }
threads: 2
)")
                            .config;
    CHECK(all_text(loaded.problems) == "");
    const settings& s = loaded.value;
    CHECK(s.ingress.listeners.at(0).address == "[::1]:8443");
    CHECK(s.ingress.listeners.at(0).tls->client_ca == "/etc/w/ca.pem");
    CHECK(s.ingress.listeners.at(0).tls->min_version == "1.3");
    CHECK(s.ingress.listeners.at(0).proxy_protocol);
    CHECK(!s.ingress.listeners.at(1).tls);
    CHECK(s.ingress.trusted_proxies.size() == 2);
    const named_secret& old = s.ingress.endpoints.at(0).secrets.at(0);
    CHECK(old.name == "old");
    CHECK(old.value.bytes() == "old-secret");
    CHECK(old.not_after == parse_rfc3339("2099-12-31T00:00:00Z"));
    CHECK(s.ingress.endpoints.at(0).name_space == "acme");
    CHECK(s.ingress.limits.max_body == 2u << 20);
    CHECK(s.ingress.limits.max_connections == 7);
    CHECK(s.ingress.limits.max_queue == 3u << 20);
    CHECK(s.ingress.limits.handshake_timeout == 1s);
    CHECK(s.ingress.limits.header_timeout == 2s);
    CHECK(s.ingress.limits.body_timeout == 3s);
    CHECK(s.ingress.limits.idle_timeout == 4s);
    CHECK(s.store.path == "/var/lib/w/e.db");
    CHECK(s.store.durability == durability::os);
    CHECK(s.store.retention == 8 * 24h);
    CHECK(s.store.messages_retention == 9 * 24h);
    CHECK(s.store.max_size == 1ull << 30);
    CHECK(s.store.duplicates == duplicates::mark);
    CHECK(s.store.stuck_after == 1h);
    const auto& file = std::get<file_sink_settings>(s.sinks.at(0).destination);
    CHECK(file.path == "/etc/out/e.ndjson");
    CHECK(file.rotate_size == 256ull << 20);
    CHECK(file.rotate_interval == 24h);
    CHECK(file.rotate_keep == 3);
    CHECK(s.sinks.at(0).filter.types.at(0) == "ai.*");
    CHECK(s.sinks.at(0).filter.endpoints.at(0) == "/in");
    CHECK(s.sinks.at(0).filter.customers.at(0) == "+52*");
    CHECK(s.sinks.at(0).filter.campaigns.at(0) == "spring");
    CHECK(s.sinks.at(0).from_beginning);
    CHECK(s.sinks.at(0).on_full == on_full::drop_oldest);
    const auto& http = std::get<http_sink_settings>(s.sinks.at(1).destination);
    CHECK(http.url == "http://10.0.0.1:8080/hooks");
    CHECK(http.plaintext_allowed);
    CHECK(http.format == http_format::raw);
    CHECK(http.secrets.at(0).value.bytes() == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    CHECK(http.headers.at(0).first == "Authorization");
    CHECK(http.headers.at(0).second.bytes() == "t0ken-of-the-admin");
    CHECK(http.headers.at(1).second.bytes() == "prod");
    CHECK(http.ca == "/etc/w/ca.pem");
    CHECK(http.client_certificate == "/etc/w/tls.crt");
    CHECK(http.client_key == "/etc/w/tls.key");
    CHECK(http.concurrency == 9);
    CHECK(http.connect_timeout == 1s);
    CHECK(http.tls_timeout == 2s);
    CHECK(http.first_byte_timeout == 3s);
    CHECK(http.timeout == 11s);
    CHECK(http.retry_initial == 250ms);
    CHECK(http.retry_max == 1min);
    CHECK(http.retry_give_up_after == 1h);
    CHECK(http.breaker_failures == 4);
    CHECK(http.breaker_probe == 5s);
    const auto& nats = std::get<nats_sink_settings>(s.sinks.at(2).destination);
    CHECK(nats.url == "tls://n:1");
    CHECK(nats.subject == "a.{topic}");
    CHECK(nats.credentials == "/etc/w/bus.creds");
    CHECK(nats.ca == "/etc/w/ca.pem");
    CHECK(nats.timeout == 6s);
    CHECK(s.admin->address == "0.0.0.0:9464");
    CHECK(s.admin->token->bytes() == "t0ken-of-the-admin");
    CHECK(s.log.level == log::level::debug);
    CHECK(s.log.format == log::format::text);
    CHECK(s.shutdown.delay == 1s);
    CHECK(s.shutdown.grace == 2s);
    CHECK(s.ingress.threads == 2);

    SECTION("and what is printed of it loads as the same, but for headers written out")
    {
        const std::string printed = print_config(s);
        for (const auto* secret : {"old-secret", "t0ken", "whsec_", "prod"})
            CHECK(printed.find(secret) == std::string::npos);
        const auto again = w.load(printed).config;
        CHECK(all_text(again.problems) == "");
        CHECK(print_config(again.value) == printed);
        CHECK(again.value.admin->token->bytes() == "t0ken-of-the-admin");
    }
}

TEST_CASE("config: what is printed is read back as it was, whatever its characters", "[config]")
{
    for (const std::string name :
         {"off",
          "null",
          "~",
          "a b",
          "a: b",
          "a #b",
          "$HOME",
          "${X}",
          "$$",
          "\"q\"",
          "'",
          "[x]",
          "{x}",
          "-",
          "é",
          "*",
          "&a",
          "x:",
          "1,2"}) {
        CAPTURE(name);
        test::world w;
        auto loaded = w.load(test::good_config()).config;
        REQUIRE(loaded.problems.empty());
        auto& sink = loaded.value.sinks.at(0);
        std::get<file_sink_settings>(sink.destination).path = "/etc/w/" + name;
        sink.filter.campaigns = {name, name};
        const auto again = w.load(print_config(loaded.value)).config;
        CHECK(all_text(again.problems) == "");
        CHECK(
            std::get<file_sink_settings>(again.value.sinks.at(0).destination).path ==
            "/etc/w/" + name
        );
        CHECK(again.value.sinks.at(0).filter.campaigns == std::vector{name, name});
    }
}

TEST_CASE("config: the admin listener is on loopback by default, a socket, or off", "[config]")
{
    const test::world w;
    CHECK(w.load(test::with("admin: {}\n")).config.value.admin->address == "127.0.0.1:9464");
    CHECK(
        w.load(test::with("admin: { address: \"unix:a.sock\" }\n")).config.value.admin->address ==
        "unix:/etc/w/a.sock"
    );
    CHECK(!w.load(test::with("admin: off\n")).config.value.admin);
}

TEST_CASE("config: variables stand anywhere in a value", "[config]")
{
    test::world w;
    w.env["BODY"] = "2MiB";
    w.env["DIR"] = "/etc/w";
    const auto loaded =
        w.load(test::with("limits: { max_body: \"${BODY}\", max_connections: \"${N:-12}\" }\n"
                          "store: { path: \"${DIR}/e.db\" }\n"))
            .config;
    CHECK(all_text(loaded.problems) == "");
    CHECK(loaded.value.ingress.limits.max_body == 2u << 20);
    CHECK(loaded.value.ingress.limits.max_connections == 12);
    CHECK(loaded.value.store.path == "/etc/w/e.db");
}

TEST_CASE("config: one newline at the end of a secret is trimmed, and nothing else", "[config]")
{
    const std::pair<std::string, std::string> cases[] = {
        {"a", "a"},
        {"a\n", "a"},
        {"a\r\n", "a"},
        {"a\n\n", "a\n"},
        {"a\r", "a\r"},
        {" a ", " a "},
        {std::string("a\0b\n", 4), std::string("a\0b", 3)},
        {std::string("\0", 1), std::string("\0", 1)},
        {"\xff\n", "\xff"},
    };
    for (const auto& [content, expected] : cases) {
        CAPTURE(content);
        test::world w;
        w.files["/etc/w/secret"] = content;
        const auto loaded = w.load(test::good_config()).config;
        CHECK(all_text(loaded.problems) == "");
        CHECK(loaded.value.ingress.endpoints.at(0).secrets.at(0).value.bytes() == expected);
    }
}
