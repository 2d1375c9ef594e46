#include "bad_configs.hpp"

using namespace webhookd;
using test::check_each;
using test::with;
using test::with_endpoints;
using test::with_sinks;

TEST_CASE("bad config: secrets", "[config]")
{
    test::world w;
    w.files["/etc/w/empty"] = "";
    w.files["/etc/w/newline"] = "\n";
    w.files["/etc/w/windows"] = "\r\n";
    w.env["EMPTY"] = "";
    const auto secret = [](const std::string& one) {
        return with_endpoints(
            "endpoints: [{ path: /in, provider: connectly, secrets:\n [" + one + "] }]\n"
        );
    };
    check_each(
        w,
        {
            {"a missing file", secret("{ name: a, file: none }"), "2:20", "/etc/w/none"},
            {"an empty file", secret("{ name: a, file: empty }"), "2:20", "empty"},
            {"a file of one newline", secret("{ name: a, file: newline }"), "2:20", "empty"},
            {"a file of Windows' newline", secret("{ name: a, file: windows }"), "2:20", "empty"},
            {"an unset variable", secret("{ name: a, env: NONE }"), "2:19", "NONE"},
            {"an empty variable", secret("{ name: a, env: EMPTY }"), "2:19", "empty"},
            {"a credential outside of systemd",
             secret("{ name: a, credential: c }"),
             "2:26",
             "LoadCredential"},
            {"a credential elsewhere", secret("{ name: a, credential: ../c }"), "2:26", "/"},
            {"two sources", secret("{ name: a, file: secret, env: EMPTY }"), "2:3", "one"},
            {"no source", secret("{ name: a }"), "2:3", "file"},
            {"no name", secret("{ file: secret }"), "2:3", "name"},
            {"a name with a space", secret("{ name: 'a b', file: secret }"), "2:11", "letters"},
            {"one name twice",
             secret("{ name: a, file: secret }, { name: a, file: secret }"),
             "2:38",
             "`a`"},
            {"an end that is no time",
             secret("{ name: a, file: secret, not_after: soon }"),
             "2:39",
             "2026-12-31"},
            {"an end without time of day",
             secret("{ name: a, file: secret, not_after: 2026-12-31 }"),
             "2:39",
             "T00:00:00Z"},
            {"an end on no day",
             secret("{ name: a, file: secret, not_after: 2026-02-30T00:00:00Z }"),
             "2:39",
             "2026-12-31"},
            {"a token for all to see", with("admin: { token: hunter2 }\n"), "1:17", "file"},
            {"admin for all without token", with("admin: { address: 0.0.0.0:1 }\n"), "1:19", "token"
            },
            {"admin for all with no token",
             with("admin: { address: '[::]:1', token: off }\n"),
             "1:19",
             "token"},
            {"admin at a host name", with("admin: { address: h:1 }\n"), "1:19", "127.0.0.1"},
            {"admin at a socket of no name", with("admin: { address: 'unix:' }\n"), "1:19", "path"},
            {"admin at a socket of too long a name",
             with("admin: { address: unix:" + std::string(108, 'a') + " }\n"),
             "1:19",
             "107"},
        }
    );
}

TEST_CASE("bad config: no problem ever shows a secret", "[config]")
{
    test::world w;
    w.files["/etc/w/secret"] = "not-whsec-but-secret";
    const std::string problems = w.problems(with_sinks(
        "sinks: [{ name: a, type: http, url: https://h, secrets: [{ name: a, file: secret }] }]\n"
    ));
    CHECK(!problems.empty());
    CHECK(problems.find("not-whsec-but-secret") == std::string::npos);
}
