#include "config/addresses.hpp"
#include "config/expand.hpp"
#include "config/scalars.hpp"
#include "config/words.hpp"
#include "support/catch.hpp"

#include <limits>

using namespace webhookd::config;
using namespace std::chrono_literals;

TEST_CASE("a duration is one whole number and one unit", "[config]")
{
    using std::chrono::milliseconds;
    const std::pair<const char*, milliseconds> good[] = {
        {"0s", 0ms},
        {"250ms", 250ms},
        {"10s", 10s},
        {"5m", 5min},
        {"24h", 24h},
        {"7d", 168h},
        {"007s", 7s},
        {"99999999999999999999d", milliseconds::max()},
    };
    for (const auto& [text, expected] : good) {
        CAPTURE(text);
        CHECK(parse_duration(text) == expected);
    }
    for (const auto* text :
         {"",
          "10",
          "s",
          "ms",
          "-1s",
          "+1s",
          "1.5s",
          "1 s",
          " 1s",
          "1s ",
          "1S",
          "1w",
          "1h30m",
          "1e3s",
          "off",
          "1sec",
          "\xc2\xb5s"}) {
        CAPTURE(text);
        CHECK(!parse_duration(text));
    }
}

TEST_CASE("a size is bytes, or a number with a binary or decimal unit", "[config]")
{
    const std::pair<const char*, std::uint64_t> good[] = {
        {"0", 0},
        {"17", 17},
        {"17B", 17},
        {"64KiB", 65'536},
        {"1MiB", 1u << 20},
        {"10GiB", 10ull << 30},
        {"2TiB", 2ull << 40},
        {"1KB", 1'000},
        {"1MB", 1'000'000},
        {"3GB", 3'000'000'000},
        {"1TB", 1'000'000'000'000},
        {"18446744073709551615", std::numeric_limits<std::uint64_t>::max()},
        {"18446744073709551616", std::numeric_limits<std::uint64_t>::max()},
        {"99999999999TiB", std::numeric_limits<std::uint64_t>::max()},
    };
    for (const auto& [text, expected] : good) {
        CAPTURE(text);
        CHECK(parse_size(text) == expected);
    }
    for (const auto* text :
         {"", "MiB", "-1", "1.5MiB", "1 MiB", "1mib", "1M", "1k", "1MiB2", "0x10"}) {
        CAPTURE(text);
        CHECK(!parse_size(text));
    }
}

TEST_CASE("what is printed of a duration or a size reads back as the same", "[config]")
{
    for (const auto d : {0ms, 1ms, 999ms, 1000ms, 90'000ms, 300'000ms, 86'400'000ms, 86'400'001ms})
        CHECK(parse_duration(print_duration(d)) == d);
    for (const std::uint64_t s :
         {0ull, 1ull, 1000ull, 1024ull, 1ull << 20, (1ull << 20) + 1, 10ull << 30})
        CHECK(parse_size(print_size(s)) == s);
    CHECK(print_duration(72h) == "3d");
    CHECK(print_duration(90s) == "90s");
    CHECK(print_size(10ull << 30) == "10GiB");
    CHECK(print_size(1000) == "1000");
}

TEST_CASE("the environment is filled in once, as text", "[config]")
{
    const environment env = [](const std::string& name) -> std::optional<std::string> {
        if (name == "A")
            return "x${B}$$";
        if (name == "EMPTY")
            return "";
        return std::nullopt;
    };
    const std::pair<const char*, const char*> good[] = {
        {"", ""},
        {"plain", "plain"},
        {"${A}", "x${B}$$"},
        {"-${A}-${A}-", "-x${B}$$-x${B}$$-"},
        {"${NONE:-d:-e}", "d:-e"},
        {"${NONE:-}", ""},
        {"${EMPTY:-d}", "d"},
        {"${EMPTY}", ""},
        {"${A:-d}", "x${B}$$"},
        {"$$", "$"},
        {"$${A}", "${A}"},
        {"$$$$", "$$"},
        {"a$", "a$"},
        {"$A", "$A"},
        {"$ {A}", "$ {A}"},
    };
    for (const auto& [text, expected] : good) {
        CAPTURE(text);
        CHECK(expand(text, env).problem.empty());
        CHECK(expand(text, env).text == expected);
    }
    for (const auto* text :
         {"${NONE}",
          "${",
          "${A",
          "${}",
          "${1A}",
          "${A-b}",
          "${A B}",
          "${:-x}",
          "${NONE:-${A}}",
          "x${A}${NONE}"}) {
        CAPTURE(text);
        CHECK(!expand(text, env).problem.empty());
    }
}

TEST_CASE("an address to listen on is an IP address and a port", "[config]")
{
    struct {
        const char* text;
        const char* normal;
        bool loopback;
    } good[] = {
        {"0.0.0.0:8443", "0.0.0.0:8443", false},
        {"127.0.0.1:0", "127.0.0.1:0", true},
        {"127.9.9.9:1", "127.9.9.9:1", true},
        {"localhost:9464", "127.0.0.1:9464", true},
        {"[::]:443", "[::]:443", false},
        {"[0:0::1]:65535", "[::1]:65535", true},
        {"[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80", true},
        {"[::ffff:10.0.0.1]:80", "[::ffff:10.0.0.1]:80", false},
    };

    for (const auto& c : good) {
        CAPTURE(c.text);
        const auto read = parse_socket_address(c.text);
        REQUIRE(read);
        CHECK(read->text == c.normal);
        CHECK(read->loopback == c.loopback);
    }
    for (const auto* text :
         {"",
          "8443",
          ":8443",
          "0.0.0.0",
          "0.0.0.0:",
          "0.0.0.0:65536",
          "0.0.0.0:-1",
          "0.0.0.0:x",
          "256.0.0.1:80",
          "1.2.3:80",
          "example.net:80",
          "::1:80",
          "[::1]",
          "[::1]80",
          "[::1:80",
          "[127.0.0.1]:80",
          "[]:80",
          "*:80",
          "127.0.0.1:80 "}) {
        CAPTURE(text);
        CHECK(!parse_socket_address(text));
    }
    CHECK(!parse_socket_address(std::string_view{"127.0.0.1\0:80", 13}));
}

TEST_CASE("an address block has no bits behind its length", "[config]")
{
    for (const auto* text :
         {"10.0.0.0/8",
          "192.0.2.7",
          "192.0.2.7/32",
          "0.0.0.0/0",
          "fd00::/8",
          "::1",
          "::1/128",
          "2001:db8::/33"}) {
        CAPTURE(text);
        CHECK(check_address_block(text).empty());
    }
    for (const auto* text :
         {"",
          "/8",
          "10.0.0.0/",
          "10.0.0.0/33",
          "10.0.0.0/-1",
          "10.0.0.1/8",
          "fd00::/129",
          "fd00::1/8",
          "10.0.0.0/8/8",
          "localhost",
          "10.0.0/8",
          "2001:db8:0:8000::/48"}) {
        CAPTURE(text);
        CHECK(!check_address_block(text).empty());
    }
}

TEST_CASE("a URL to send to has a scheme and a host, and no user or fragment", "[config]")
{
    struct {
        const char* text;
        const char* scheme;
        const char* host;
    } good[] = {
        {"https://crm.example.net/hooks", "https", "crm.example.net"},
        {"HTTP://127.0.0.1:8080", "http", "127.0.0.1"},
        {"http://[::1]:80/a?b=c:d@e", "http", "::1"},
        {"http://[::1]", "http", "::1"},
        {"nats://a-b.c_d:4222", "nats", "a-b.c_d"},
        {"https://h?q", "https", "h"},
    };

    for (const auto& c : good) {
        CAPTURE(c.text);
        const parsed_url url = parse_url(c.text);
        CHECK(url.problem.empty());
        CHECK(url.scheme == c.scheme);
        CHECK(url.host == c.host);
    }
    for (const auto* text :
         {"",
          "crm.example.net",
          "://h",
          "https:",
          "https://",
          "https:///p",
          "https://:80",
          "https://h:",
          "https://h:0",
          "https://h:65536",
          "https://h:8x",
          "https://u:p@h/",
          "https://u@h",
          "https://h/#f",
          "https://h/a b",
          "https://h/\n",
          "https://h\xc3\xa9/",
          "https://[::1",
          "https://[h]",
          "https://[::1]x",
          "https://::1/",
          "https://h:80:80",
          "https://h/{x}"}) {
        CAPTURE(text);
        CHECK(!parse_url(text).problem.empty());
    }
}

TEST_CASE(
    "this machine is localhost, 127.0.0.0/8 and ::1, and nothing that looks like it", "[config]"
)
{
    for (const auto* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"})
        CHECK(is_loopback(host));
    for (const auto* host :
         {"127.0.0.1.example.net", "localhost.example.net", "128.0.0.1", "::2", "1", ""})
        CHECK(!is_loopback(host));
}

TEST_CASE("a mistyped word is told the one that was meant", "[config]")
{
    const std::vector<std::string> known{"max_body", "max_queue", "max_connections", "url"};
    CHECK(nearest("max_boddy", known) == "max_body");
    CHECK(nearest("maxbody", known) == "max_body");
    CHECK(nearest("max_conections", known) == "max_connections");
    CHECK(nearest("uri", known) == "url");
    CHECK(nearest("zzzzzzzz", known).empty());
    CHECK(nearest("", known).empty());
    CHECK(nearest(std::string(100'000, 'm'), known).empty());
}
