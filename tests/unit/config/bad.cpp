#include "bad_configs.hpp"

using namespace webhookd;
using test::check_each;
using test::with;
using test::with_endpoints;
using test::with_listeners;

TEST_CASE("bad config: keys and types", "[config]")
{
    check_each(
        {},
        {
            {"a tab", with("log:\n\tlevel: info\n"), "2:1", "spaces"},
            {"no YAML", with("log: [\n"), "3:1", "YAML"},
            {"an unknown key of the whole", with("limit: { max_body: 1MiB }\n"), "1:1", "limits"},
            {"an unknown key of a section",
             with("limits: { max_boddy: 1MiB }\n"),
             "1:11",
             "`max_body`"},
            {"an unknown key like no other",
             with("log: { zzzzzzzz: 1 }\n"),
             "1:8",
             "level or format"},
            {"a key in capitals", with("log: { Level: info }\n"), "1:8", "`level`"},
            {"a key twice", with("log: { level: info, level: warn }\n"), "1:21", "line 1"},
            {"a section twice", with("log: {}\nshutdown: {}\nlog: {}\n"), "3:1", "line 1"},
            {"a text for a section", with("limits: 5\n"), "1:9", "map"},
            {"a list for a section", with("limits: [5]\n"), "1:9", "map"},
            {"nothing for a section", with("limits:\n"), "1:1", "no value"},
            {"nothing for a value", with("limits:\n  max_body:\nlog: {}\n"), "2:3", "no value"},
            {"a map for a value", with("limits: { max_body: {} }\n"), "1:21", "one value"},
            {"a text for a list", with("trusted_proxies: ::1\n"), "1:18", "list"},
            {"a map in a list of texts", with("trusted_proxies: [{}]\n"), "1:19", "one value"},
            {"an empty value", with("log: { level: '' }\n"), "1:15", "debug"},
            {"a word that is none of those", with("log: { level: loud }\n"), "1:15", "warn"},
            {"a variable that is not set", with("log: { level: \"${NONE}\" }\n"), "1:15", "NONE"},
            {"a number that is none", with("threads: many\n"), "1:10", "1024"},
            {"a number that is negative", with("threads: -1\n"), "1:10", "1024"},
            {"a number too large", with("threads: 99999999999999999999\n"), "1:10", "1024"},
            {"a flag that is none",
             with("correlation: { enabled: maybe }\n"),
             "1:25",
             "true or false"},
        }
    );
}

TEST_CASE("bad config: limits and times", "[config]")
{
    check_each(
        {},
        {
            {"a size without sense", with("limits: { max_body: big }\n"), "1:21", "1MiB"},
            {"a size with a space", with("limits: { max_body: 1 MiB }\n"), "1:21", "1MiB"},
            {"no body", with("limits: { max_body: 0 }\n"), "1:21", "1GiB"},
            {"a body too large",
             with("limits: { max_body: 2GiB, max_queue: 3GiB }\n"),
             "1:21",
             "1GiB"},
            {"a size beyond all",
             with("limits: { max_body: 99999999999999999999 }\n"),
             "1:21",
             "1GiB"},
            {"no connections", with("limits: { max_connections: 0 }\n"), "1:28", "from 1"},
            {"a queue without room",
             with("limits: { max_body: 2MiB, max_queue: 1MiB }\n"),
             "1:38",
             "2MiB"},
            {"a duration without unit", with("limits: { idle_timeout: 75 }\n"), "1:25", "10s"},
            {"a duration of nothing", with("limits: { idle_timeout: 0s }\n"), "1:25", "1ms"},
            {"a duration beyond all",
             with("limits: { idle_timeout: 99999999999999999999d }\n"),
             "1:25",
             "1h"},
            {"a negative duration", with("shutdown: { delay: -1s }\n"), "1:20", "10s"},
            {"a retention without dedup", with("store: { retention: 6d }\n"), "1:21", "7d"},
            {"parts of a second", with("store: { retention: 604800001ms }\n"), "1:21", "1s"},
            {"messages kept for less", with("store: { messages_retention: 5d }\n"), "1:30", "7d"},
            {"events kept for longer", with("store: { retention: 31d }\n"), "1:8", "30d"},
            {"a store without room", with("store: { max_size: 0 }\n"), "1:20", "1MiB"},
            {"a durability of dreams", with("store: { durability: none }\n"), "1:22", "fsync or os"
            },
            {"stuck without correlation",
             with("correlation: { enabled: false, stuck_after: 1h }\n"),
             "1:45",
             "enabled"},
            {"stuck after the event is gone",
             with("correlation: { stuck_after: 7d }\n"),
             "1:29",
             "retention"},
        }
    );
}

TEST_CASE("bad config: listeners and endpoints", "[config]")
{
    const std::string tls = ", tls: off }";
    const auto endpoint = [](const std::string& more) {
        return with_endpoints("endpoints: [{ " + more + " }]\n");
    };
    const std::string rest = ", provider: connectly, secrets: [{ name: a, file: secret }]";
    check_each(
        {},
        {
            {"no listeners", with_listeners(""), "1:1", "listeners"},
            {"an empty list of listeners", with_listeners("listeners: []\n"), "1:12", "address"},
            {"a listener without address",
             with_listeners("listeners: [{ tls: off }]\n"),
             "1:13",
             "address"},
            {"a port alone",
             with_listeners("listeners: [{ address: 8443" + tls + "]\n"),
             "1:24",
             "0.0.0.0:8443"},
            {"a host name",
             with_listeners("listeners: [{ address: 'h:1'" + tls + "]\n"),
             "1:24",
             "IP"},
            {"IPv6 without brackets",
             with_listeners("listeners: [{ address: '::1:80'" + tls + "]\n"),
             "1:24",
             "[::]"},
            {"no word about TLS",
             with_listeners("listeners: [{ address: 0.0.0.0:1 }]\n"),
             "1:13",
             "tls: off"},
            {"TLS on",
             with_listeners("listeners: [{ address: 0.0.0.0:1, tls: on }]\n"),
             "1:40",
             "off"},
            {"one address twice",
             with_listeners(
                 "listeners: [{ address: '[::1]:1'" + tls + ", { address: '[0::1]:1'" + tls + "]\n"
             ),
             "1:58",
             "[::1]:1"},
            {"PROXY from nobody",
             with_listeners(
                 "listeners: [{ address: 0.0.0.0:1, proxy_protocol: required" + tls + "]\n"
             ),
             "1:51",
             "trusted_proxies"},
            {"a block with bits behind",
             with("trusted_proxies: [10.0.0.1/8]\n"),
             "1:19",
             "10.0.0.0/8"},
            {"a block that is none",
             with("trusted_proxies: [lb.example.net]\n"),
             "1:19",
             "10.0.0.0/8"},
            {"admin on a listener's address",
             with_listeners("listeners: [{ address: 127.0.0.1:9464" + tls + "]\n"),
             "1:1",
             "9464"},
            {"no endpoints", with_endpoints(""), "1:1", "endpoints"},
            {"an empty list of endpoints", with_endpoints("endpoints: []\n"), "1:12", "path"},
            {"a path without slash", endpoint("path: in" + rest), "1:21", "/"},
            {"a path with a query", endpoint("path: '/in?a'" + rest), "1:21", "?"},
            {"a path with a space", endpoint("path: '/in a'" + rest), "1:21", "space"},
            {"the path of a health check", endpoint("path: /livez" + rest), "1:21", "another"},
            {"one path twice",
             endpoint("path: /in" + rest + " }, { path: /in" + rest),
             "1:95",
             "another"},
            {"no provider",
             endpoint("path: /in, secrets: [{ name: a, file: secret }]"),
             "1:13",
             "connectly"},
            {"a mistyped provider",
             endpoint("path: /in, provider: conectly, secrets: [{ name: a, file: secret }]"),
             "1:36",
             "`connectly`"},
            {"an unknown provider",
             endpoint("path: /in, provider: pigeon, secrets: [{ name: a, file: secret }]"),
             "1:36",
             "connectly"},
            {"a namespace of two lines",
             endpoint("path: /in, namespace: \"a\\nb\"" + rest),
             "1:37",
             "letters"},
            {"no secrets", endpoint("path: /in, provider: connectly"), "1:13", "secrets"},
            {"an empty list of secrets",
             endpoint("path: /in, provider: connectly, secrets: []"),
             "1:56",
             "name"},
        }
    );
}

TEST_CASE("bad config: all problems are told at once, in the order of the file", "[config]")
{
    const std::string problems = test::world{}.problems(
        "log: { level: loud }\n"
        "endpoints: [{ path: in, provider: x, secrets: [{ name: a, file: none }] }]\n"
        "limits: { max_body: 0, max_boddy: 1 }\n"
        "sinks: [{ name: log, type: file }, { type: stdin }]\n"
    );
    CAPTURE(problems);
    CHECK(test::count_of(problems, "\n") == 10);
    int last = 0;
    for (std::size_t at = 0; at < problems.size(); at = problems.find('\n', at) + 1) {
        const int line = std::stoi(problems.substr(at));
        CHECK(line >= last);
        last = line;
    }
}

TEST_CASE("bad config: what is no map, or nothing, is one problem", "[config]")
{
    for (const std::string yaml : {"", "# nothing\n", "[]\n", "text\n", "~\n", "---\n"}) {
        CAPTURE(yaml);
        CHECK(test::count_of(test::world{}.problems(yaml), "\n") == 1);
    }
}

TEST_CASE("config: a file that cannot be read is told by its name", "[config]")
{
    for (const std::string path : {"/nonexistent/c.yaml", "/tmp", "/etc/passwd/c.yaml"}) {
        const loaded_config loaded = load_config(path);
        REQUIRE(loaded.problems.size() == 1);
        CHECK(loaded.problems[0].text().starts_with(path + ": "));
    }
}
