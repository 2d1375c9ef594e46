#include "net/address.hpp"

#include "support/catch.hpp"

using namespace webhookd;
namespace ip = boost::asio::ip;

TEST_CASE("address_block: contains exactly the addresses that share its prefix", "[net]")
{
    struct {
        const char* block;
        const char* address;
        bool inside;
    } cases[] = {
        {"10.0.0.0/8", "10.255.1.2", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"192.168.4.0/22", "192.168.7.255", true},
        {"192.168.4.0/22", "192.168.8.0", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},
        {"10.0.0.0/8", "::ffff:10.1.1.1", true},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"fd00::/8", "fd12:3456::1", true},
        {"fd00::/8", "fe80::1", false},
        {"::1", "::1", true},
        {"::/0", "198.51.100.1", true},
    };

    for (const auto& c : cases) {
        CAPTURE(c.block, c.address);
        const auto block = address_block::parse(c.block);
        REQUIRE(block);
        CHECK(block->contains(ip::make_address(c.address)) == c.inside);
    }
}

TEST_CASE("address_block: refuses what is no block", "[net]")
{
    for (const char* text :
         {"",
          "/",
          "10.0.0.0/",
          "10.0.0.0/33",
          "10.0.0.0/-1",
          "10.0.0.0/8x",
          "::1/129",
          "10.0.0/8",
          "host",
          "10.0.0.0 /8",
          "10.0.0.0/8/8",
          "256.0.0.1"}) {
        CAPTURE(text);
        CHECK_FALSE(address_block::parse(text));
    }
    CHECK_THROWS_AS(trusted_proxies{{"10.0.0.0/99"}}, std::invalid_argument);
}

TEST_CASE(
    "trusted_proxies: the client is the first address from the right that is not trusted", "[net]"
)
{
    const trusted_proxies trusted{{"10.0.0.0/8", "127.0.0.1"}};

    struct {
        const char* name;
        const char* peer;
        const char* forwarded;
        const char* client;
    } cases[] = {
        {"no header", "10.0.0.1", "", "10.0.0.1"},
        {"one hop", "10.0.0.1", "203.0.113.9", "203.0.113.9"},
        {"two trusted hops", "127.0.0.1", "203.0.113.9, 10.0.0.7", "203.0.113.9"},
        {"a forged left end", "10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"},
        {"an untrusted peer may claim nothing", "203.0.113.5", "1.1.1.1", "203.0.113.5"},
        {"all trusted", "10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"},
        {"garbage stops the walk", "10.0.0.1", "1.1.1.1, what, 10.0.0.3", "10.0.0.3"},
        {"garbage alone", "10.0.0.1", "unknown", "10.0.0.1"},
        {"with ports", "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"},
        {"IPv6 in brackets", "10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"},
        {"IPv6 in brackets, no port", "10.0.0.1", "[2001:db8::1]", "2001:db8::1"},
        {"IPv6 bare", "10.0.0.1", "2001:db8::1", "2001:db8::1"},
        {"empty elements", "10.0.0.1", ", ,", "10.0.0.1"},
    };

    for (const auto& c : cases) {
        CAPTURE(c.name);
        CHECK(trusted.client(ip::make_address(c.peer), c.forwarded) == c.client);
    }
}

TEST_CASE("parse_endpoint: takes ADDRESS:PORT and nothing else", "[net]")
{
    const auto v4 = parse_endpoint("0.0.0.0:8443");
    REQUIRE(v4);
    CHECK(v4->port() == 8443);
    CHECK(v4->address().is_v4());
    const auto v6 = parse_endpoint("[::1]:80");
    REQUIRE(v6);
    CHECK(v6->address().to_string() == "::1");
    CHECK(parse_endpoint("localhost:1")->address().to_string() == "127.0.0.1");
    for (const char* text :
         {"",
          ":",
          ":80",
          "0.0.0.0",
          "0.0.0.0:",
          "0.0.0.0:65536",
          "0.0.0.0:-1",
          "0.0.0.0:80x",
          "::1:80",
          "[127.0.0.1]:80",
          "example.net:80",
          "[::1]80"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_endpoint(text));
    }
}
