#include "support/catch.hpp"
#include "world.hpp"

#include <fstream>
#include <sstream>

using namespace webhookd;
using test::all_text;

namespace {

std::string read_source(const std::string& path)
{
    std::ifstream in{std::string{WEBHOOKD_SOURCE_DIR} + "/" + path};
    std::ostringstream out;
    out << in.rdbuf();
    REQUIRE(in.good());
    return out.str();
}

// A world in which config/reference.yaml and config/minimal.yaml are good.
test::world shipped_world()
{
    test::world w;
    w.files["/etc/w/connectly.secret"] = "one";
    w.files["/run/credentials/connectly-previous"] = "three";
    w.env["CONNECTLY_SECRET_NEXT"] = "two";
    w.env["CREDENTIALS_DIRECTORY"] = "/run/credentials";
    return w;
}

}  // namespace

TEST_CASE("config: minimal.yaml is good", "[config]")
{
    const auto loaded = shipped_world().load(read_source("config/minimal.yaml")).config;
    CHECK(all_text(loaded.problems) == "");
    CHECK(loaded.value.sinks.size() == 1);
}

TEST_CASE("config: reference.yaml has every key that is read, and no other", "[config]")
{
    const auto loaded = shipped_world().load(read_source("config/reference.yaml"));
    CHECK(all_text(loaded.config.problems) == "");
    CHECK(loaded.keys.size() > 80);
    for (const auto& [key, is_there] : loaded.keys) {
        CAPTURE(key);
        CHECK(is_there);
    }
}

TEST_CASE("config: the values in reference.yaml are the defaults", "[config]")
{
    // The same without everything that has a default.
    const auto required = shipped_world().load(R"(
listeners: [{ address: 0.0.0.0:8443, tls: { certificate: tls.crt, private_key: tls.key } }]
endpoints:
  - path: /webhooks/connectly
    provider: connectly
    secrets:
      - { name: current, file: connectly.secret }
      - { name: next, env: CONNECTLY_SECRET_NEXT }
      - { name: previous, credential: connectly-previous }
sinks:
  - { name: log, type: file, path: events.ndjson }
  - { name: console, type: stdout }
  - { name: crm, type: http, url: https://crm.example.net/hooks }
  - { name: bus, type: nats, url: "nats://127.0.0.1:4222" }
)");
    REQUIRE(all_text(required.config.problems) == "");
    const auto reference = shipped_world().load(read_source("config/reference.yaml"));
    CHECK(print_config(reference.config.value) == print_config(required.config.value));
}
