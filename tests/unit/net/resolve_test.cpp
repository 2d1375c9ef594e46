#include "net/resolve.hpp"

#include "support/catch.hpp"

using namespace webhookd;

namespace {

std::vector<std::string> texts(const std::vector<tcp::endpoint>& all)
{
    std::vector<std::string> out;
    for (const tcp::endpoint& e : all)
        out.push_back(e.address().to_string() + " " + std::to_string(e.port()));
    return out;
}

}  // namespace

TEST_CASE("resolve: addresses and localhost need no lookup", "[net]")
{
    using all = std::vector<std::string>;
    CHECK(texts(addresses_without_lookup("192.0.2.7", "443")) == all{"192.0.2.7 443"});
    CHECK(texts(addresses_without_lookup("2001:db8::1", "1")) == all{"2001:db8::1 1"});
    CHECK(
        texts(addresses_without_lookup("localhost", "65535")) == all{"::1 65535", "127.0.0.1 65535"}
    );
    CHECK(texts(resolve("localhost", "80").value()) == all{"::1 80", "127.0.0.1 80"});
    for (const std::string host :
         {"", "crm.example.net", "localhost.example.net", "127.0.0.1.", "[::1]"})
        CHECK(addresses_without_lookup(host, "80").empty());
    for (const std::string port : {"", "x", "80x", "-1", "65536", " 80"})
        CHECK(addresses_without_lookup("127.0.0.1", port).empty());
}

TEST_CASE("resolve: what cannot be found is an error", "[net]")
{
    CHECK(resolve("no such name", "80").has_error());
    CHECK(resolve("127.0.0.1", "no-such-service").has_error());
}
