#include "bad_configs.hpp"

using namespace webhookd;

namespace {

// A sink of one line among others; its first key is in column 11.
std::string sink(const std::string& keys)
{
    return test::with_sinks("sinks: [{ " + keys + " }]\n");
}

std::string http(const std::string& keys)
{
    return sink("name: a, type: http, " + keys);
}

}  // namespace

TEST_CASE("bad config: sinks", "[config]")
{
    test::world w;
    w.folders.insert("/etc/w/out");
    w.files["/etc/w/hex"] = "whsec_0123456789abcdef0";
    w.files["/etc/w/bare"] = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    w.files["/etc/w/prefix"] = "whsec_";
    w.files["/etc/w/two_lines"] = "a\nb\n";

    test::check_each(
        w,
        {
            {"no sinks", test::with_sinks(""), "1:1", "sinks: []"},
            {"no name", sink("type: stdout"), "1:9", "name"},
            {"a name with a slash", sink("name: a/b, type: stdout"), "1:17", "letters"},
            {"one name twice",
             sink("name: a, type: stdout }, { name: a, type: file, path: p"),
             "1:44",
             "`a`"},
            {"no type", sink("name: a, path: p"), "1:9", "nats"},
            {"an unknown type", sink("name: a, type: kafka, brokers: b"), "1:26", "nats"},
            {"a key of another type", sink("name: a, type: stdout, path: p"), "1:34", "path"},
            {"a file of no name", sink("name: a, type: file"), "1:9", "path"},
            {"a folder for a file", sink("name: a, type: file, path: out"), "1:38", "folder"},
            {"a folder for a file, with a slash",
             sink("name: a, type: file, path: x/"),
             "1:38",
             "folder"},
            {"one file twice",
             sink("name: a, type: file, path: p }, { name: b, type: file, path: ./p"),
             "1:72",
             "`a`"},
            {"the store's file", sink("name: a, type: file, path: events.db"), "1:38", "store"},
            {"stdout twice", sink("name: a, type: stdout }, { name: b, type: stdout"), "1:53", "`a`"
            },
            {"a rotation that keeps none",
             sink("name: a, type: file, path: p, rotate: { keep: 0 }"),
             "1:57",
             "from 1"},
            {"a rotation at no size",
             sink("name: a, type: file, path: p, rotate: { size: 0 }"),
             "1:57",
             "1"},
            {"a start some day", sink("name: a, type: stdout, start: today"), "1:41", "beginning"},
            {"a drop of the newest",
             sink("name: a, type: stdout, on_full: drop"),
             "1:43",
             "drop_oldest"},
            {"a filter of one text",
             sink("name: a, type: stdout, filter: { types: 'ai.*' }"),
             "1:51",
             "list"},
            {"a filter for no endpoint",
             sink("name: a, type: stdout, filter: { endpoints: [/im] }"),
             "1:55",
             "`/in`"},
            {"no URL", http("format: raw"), "1:9", "url"},
            {"a URL without scheme", http("url: crm.example.net"), "1:37", "https://"},
            {"a URL of FTP", http("url: ftp://h"), "1:37", "https or http"},
            {"a URL with a password", http("url: https://u:p@h"), "1:37", "password"},
            {"in the clear", http("url: http://crm.example.net"), "1:37", "plaintext: allow"},
            {"in the clear, refused",
             http("url: http://10.0.0.1, plaintext: refuse"),
             "1:37",
             "https"},
            {"almost loopback", http("url: http://127.0.0.1.example.net"), "1:37", "https"},
            {"a format of XML", http("url: https://h, format: xml"), "1:56", "raw"},
            {"hex behind whsec_",
             http("url: https://h, secrets: [{ name: a, file: hex }]"),
             "1:57",
             "openssl"},
            {"no whsec_",
             http("url: https://h, secrets: [{ name: a, file: bare }]"),
             "1:57",
             "whsec_"},
            {"whsec_ alone",
             http("url: https://h, secrets: [{ name: a, file: prefix }]"),
             "1:57",
             "openssl"},
            {"a header of two lines",
             http("url: https://h, headers: { A: \"x\\r\\nB: y\" }"),
             "1:62",
             "newline"},
            {"a header of two lines in a file",
             http("url: https://h, headers: { A: { file: two_lines } }"),
             "1:62",
             "newline"},
            {"a header of no name", http("url: https://h, headers: { 'A B': x }"), "1:59", "name"},
            {"a header of ours",
             http("url: https://h, headers: { Webhook-Id: x }"),
             "1:59",
             "Webhook-Id"},
            {"a header of framing",
             http("url: https://h, headers: { content-length: 5 }"),
             "1:59",
             "take it out"},
            {"a header from nowhere", http("url: https://h, headers: { A: {} }"), "1:62", "file"},
            {"a client without key",
             http("url: https://h, tls: { certificate: tls.crt }"),
             "1:53",
             "private_key"},
            {"an authority that is missing",
             http("url: https://h, tls: { ca: none }"),
             "1:59",
             "none"},
            {"no lanes", http("url: https://h, concurrency: 0"), "1:61", "1024"},
            {"two whole timeouts",
             http("url: https://h, timeout: 1s, timeouts: { total: 2s }"),
             "1:80",
             "one"},
            {"a timeout of nothing", http("url: https://h, timeout: 0s"), "1:57", "1ms"},
            {"a retry that shrinks",
             http("url: https://h, retry: { initial: 10s, max: 5s }"),
             "1:76",
             "10s"},
            {"a retry at once", http("url: https://h, retry: { initial: 0s }"), "1:66", "1ms"},
            {"a breaker that is open",
             http("url: https://h, breaker: { failures: 0 }"),
             "1:69",
             "from 1"},
            {"a NATS of HTTP", sink("name: a, type: nats, url: http://h"), "1:37", "nats or tls"},
            {"a NATS with a path", sink("name: a, type: nats, url: 'nats://h/x'"), "1:37", "path"},
            {"a subject for reading",
             sink("name: a, type: nats, url: 'nats://h', subject: 'a.>'"),
             "1:58",
             ">"},
            {"an empty word of a subject",
             sink("name: a, type: nats, url: 'nats://h', subject: a..b"),
             "1:58",
             "dots"},
            {"credentials that are missing",
             sink("name: a, type: nats, url: 'nats://h', credentials: none"),
             "1:62",
             "none"},
        }
    );
}

TEST_CASE("config: http to this machine needs no word", "[config]")
{
    for (const auto* url : {"http://localhost:1", "http://127.0.0.1", "'http://[::1]:1/x'"}) {
        CAPTURE(url);
        CHECK(test::world{}.problems(http("url: " + std::string{url})).empty());
    }
}

TEST_CASE("config: `sinks: []` said outright is good", "[config]")
{
    CHECK(test::world{}.problems(test::with_sinks("sinks: []\n")).empty());
}

TEST_CASE("config: a folder that is missing yet is a note, not a problem", "[config]")
{
    const auto loaded =
        test::world{}.load(sink("name: a, type: file, path: later/e.ndjson")).config;
    CHECK(loaded.problems.empty());
    REQUIRE(loaded.notes.size() == 1);
    CHECK(loaded.notes[0].column == 38);
}
