#include "base/secret.hpp"

#include "support/catch.hpp"

#include <utility>

using namespace webhookd;

TEST_CASE("secret: keeps the literal bytes, NULs and all", "[base]")
{
    const std::string bytes("a\0b\n", 4);
    const secret_value secret{bytes};
    CHECK(secret.bytes() == bytes);
    CHECK_FALSE(secret.empty());
    CHECK(secret_value{}.empty());
}

TEST_CASE("secret: a copy lives on its own", "[base]")
{
    secret_value copy;
    {
        const secret_value original{"first and long enough for the heap, not the object"};
        copy = original;
    }
    CHECK(copy.bytes() == "first and long enough for the heap, not the object");
    const secret_value other{"second"};
    copy = other;
    CHECK(copy.bytes() == "second");
    CHECK(other.bytes() == "second");
}

TEST_CASE("secret: a move leaves nothing behind", "[base]")
{
    const std::string bytes = GENERATE("short", "long enough for the heap, and not the object");
    secret_value from{bytes};
    secret_value to{std::move(from)};
    CHECK(from.empty());  // NOLINT(bugprone-use-after-move): this is what is tested
    CHECK(to.bytes() == bytes);

    secret_value assigned{"another"};
    assigned = std::move(to);
    CHECK(to.empty());  // NOLINT(bugprone-use-after-move): this is what is tested
    CHECK(assigned.bytes() == bytes);
}

TEST_CASE("secret: assignment to itself changes nothing", "[base]")
{
    secret_value secret{"same"};
    secret_value& itself = secret;
    secret = itself;
    CHECK(secret.bytes() == "same");
    secret = std::move(itself);
    CHECK(secret.bytes() == "same");
}

TEST_CASE("secret: the bytes it held are wiped from its memory", "[base]")
{
    alignas(secret_value) unsigned char room[sizeof(secret_value)];
    auto* const secret = new (room) secret_value{"0123456789abc"};  // fits into the object
    const std::string_view held{reinterpret_cast<const char*>(room), sizeof room};
    REQUIRE(held.find("0123456789abc") != std::string_view::npos);

    SECTION("when another one is copied over it")
    {
        const secret_value other{"x"};
        *secret = other;
        CHECK(held.find("456789abc") == std::string_view::npos);
    }
    SECTION("when it is moved from")
    {
        const secret_value other{std::move(*secret)};
        CHECK(held.find("456789abc") == std::string_view::npos);
    }
    secret->~secret_value();
}
