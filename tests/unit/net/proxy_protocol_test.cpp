#include "net/proxy_protocol.hpp"

#include "support/catch.hpp"

using namespace webhookd;

namespace {

// Feeds `all` as a socket would: never more than was asked for. Returns what was taken.
result<std::size_t> feed(proxy_header& header, std::string_view all)
{
    std::size_t taken = 0;
    for (;;) {
        const auto wanted = header.wanted(all.substr(0, taken));
        if (!wanted)
            return wanted.error();
        if (*wanted == 0)
            return taken;
        if (taken + *wanted > all.size())
            return errc::not_found;  // the sender stopped in the middle
        taken += *wanted;
    }
}

std::string v2(char command, char family, std::string_view addresses)
{
    std::string out{"\r\n\r\n\0\r\nQUIT\n", 12};
    out += static_cast<char>(0x20 | command);
    out += static_cast<char>(family << 4 | 1);
    out += static_cast<char>(addresses.size() >> 8);
    out += static_cast<char>(addresses.size() & 0xff);
    out += addresses;
    return out;
}

const std::string four{"\xcb\x00\x71\x09\x0a\x00\x00\x01\x12\x67\x01\xbb", 12};
const std::string six = std::string{"\x20\x01\x0d\xb8", 4} + std::string(11, '\0') + '\x01' +
                        std::string(16, '\0') + std::string{"\x12\x67\x01\xbb", 4};

}  // namespace

TEST_CASE("proxy_header: reads both versions and not a byte more", "[net]")
{
    struct {
        const char* name;
        std::string bytes;
        const char* client;
        int port;
    } cases[] = {
        {"v1 TCP4", "PROXY TCP4 203.0.113.9 10.0.0.1 4711 443\r\n", "203.0.113.9", 4711},
        {"v1 TCP6", "PROXY TCP6 2001:db8::1 ::1 4711 443\r\n", "2001:db8::1", 4711},
        {"v2 TCP4", v2(1, 1, four), "203.0.113.9", 4711},
        {"v2 TCP6", v2(1, 2, six), "2001:db8::1", 4711},
        {"v2 with TLVs", v2(1, 1, four + std::string{"\x04\x00\x02xy", 5}), "203.0.113.9", 4711},
    };

    for (const auto& c : cases) {
        CAPTURE(c.name);
        proxy_header header;
        const auto taken = feed(header, c.bytes + "\x16\x03\x01 what follows");
        REQUIRE(taken);
        CHECK(*taken == c.bytes.size());
        REQUIRE(header.source());
        CHECK(header.source()->address().to_string() == c.client);
        CHECK(header.source()->port() == c.port);
    }
}

TEST_CASE("proxy_header: a proxy may name nobody", "[net]")
{
    for (const std::string& bytes :
         {std::string{"PROXY UNKNOWN\r\n"},
          std::string{"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"},
          v2(0, 0, ""),
          v2(0, 1, four),
          v2(1, 0, ""),
          v2(1, 3, std::string(216, 'x'))}) {
        proxy_header header;
        const auto taken = feed(header, bytes);
        REQUIRE(taken);
        CHECK(*taken == bytes.size());
        CHECK_FALSE(header.source());
    }
}

TEST_CASE("proxy_header: refuses what is none", "[net]")
{
    std::string other_version = v2(1, 1, four);
    other_version[12] = 0x31;
    for (const std::string& bytes :
         {std::string{"GET / HTTP/1.1\r\n\r\n"},
          std::string{"\x16\x03\x01\x02\x01 a TLS hello"},
          std::string{"PROXY TCP4 203.0.113.9 10.0.0.1 4711\r\n"},
          std::string{"PROXY TCP4 203.0.113.9 10.0.0.1 99999 443\r\n"},
          std::string{"PROXY TCP4 2001:db8::1 ::1 4711 443\r\n"},
          std::string{"PROXY TCP9 203.0.113.9 10.0.0.1 4711 443\r\n"},
          std::string{"PROXY TCP4 203.0.113.9 10.0.0.1 4711 443\n"},
          "PROXY TCP4 " + std::string(200, '1') + "\r\n",
          other_version,
          v2(2, 1, four),
          v2(1, 1, "short"),
          v2(1, 2, four),
          v2(1, 1, std::string(5000, 'x'))}) {
        CAPTURE(bytes);
        proxy_header header;
        const auto taken = feed(header, bytes);
        REQUIRE_FALSE(taken);
        CHECK(taken.error() == errc::bad_framing);
    }
}

TEST_CASE("proxy_header: waits for the rest of one that is cut short", "[net]")
{
    const std::string whole = v2(1, 1, four);
    for (std::size_t n = 0; n < whole.size(); ++n) {
        proxy_header header;
        const auto taken = feed(header, whole.substr(0, n));
        REQUIRE_FALSE(taken);
        CHECK(taken.error() == errc::not_found);
    }
}
