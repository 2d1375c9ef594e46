#include "event/message_id.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <vector>

using webhookd::message_id;

namespace {

const std::string ulid = "01KHJY7C9WZVAYDHYSGYC1P070";
const std::string uuid = "019c65e3-b13c-fed5-e6c7-d987981b00e0";

}  // namespace

TEST_CASE("message_id: the ULID and the UUID spelling of the same bits are one id, in any case")
{
    const message_id id{ulid};

    for (const char* const spelling :
         {"01KHJY7C9WZVAYDHYSGYC1P070",
          "01khjy7c9wzvaydhysgyc1p070",
          "01KHJY7C9WZvaydhysgyc1p070",
          "019c65e3-b13c-fed5-e6c7-d987981b00e0",
          "019C65E3-B13C-FED5-E6C7-D987981B00E0"}) {
        INFO(spelling);
        CHECK(message_id{spelling} == id);
        CHECK(message_id{spelling}.text() == ulid);
        CHECK(message_id{spelling}.key().size() == 16);
    }
    CHECK(id.milliseconds() == 1771235946812u);
}

TEST_CASE("message_id: what is almost an id of 128 bits is opaque and keeps its text")
{
    const char* const spelling = GENERATE(
        "01KHJY7C9WZVAYDHYSGYC1P07I",  // I, L, O, U are not in the alphabet
        "01KHJY7C9WZVAYDHYSGYC1P07L",
        "O1KHJY7C9WZVAYDHYSGYC1P070",
        "01KHJY7C9WZVAYDHYSGYC1PU70",
        "01KHJY7C9WZVAYDHYSGYC1P07",    // 25 characters
        "01KHJY7C9WZVAYDHYSGYC1P0700",  // 27
        "81KHJY7C9WZVAYDHYSGYC1P070",   // over 128 bits
        "ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "01KHJY7C9WZVAYDHYSGYC1P07 ",
        "{019c65e3-b13c-fed5-e6c7-d987981b00e0}",  // braces
        "urn:uuid:019c65e3-b13c-fed5-e6c7-d987981b00e0",
        "019c65e3b13cfed5e6c7d987981b00e0",  // no hyphens
        "019c65e3-b13cf-ed5-e6c7-d987981b00e0",
        "019c65e3-b13c-fed5-e6c7-d987981b00eg",
        "wamid.HBgLNTI1NTEyMzQ1Njc4",
        "0",
        " "
    );
    INFO(spelling);
    const message_id id{spelling};

    CHECK_FALSE(id.empty());
    CHECK_FALSE(id.value());
    CHECK_FALSE(id.milliseconds());
    CHECK(id.text() == spelling);
    CHECK(id == message_id{spelling});
    CHECK(id != message_id{ulid});
    CHECK(message_id::from_key(id.key()) == id);
}

TEST_CASE("message_id: opaque ids differ by case, and none is ever equal to a 128-bit id")
{
    CHECK(message_id{"wamid.A"} != message_id{"wamid.a"});
    // Sixteen bytes of text are not the sixteen bytes of a value.
    const message_id id{ulid};
    CHECK(message_id{std::string{id.key()}} != id);
}

TEST_CASE("message_id: an empty text is no id")
{
    CHECK(message_id{""}.empty());
    CHECK(message_id{""} == message_id{});
    CHECK(message_id{}.text().empty());
    CHECK_FALSE(message_id{}.milliseconds());
}

TEST_CASE("message_id: the greatest value of 128 bits is one, and sorts before opaque ids")
{
    const message_id greatest{"7ZZZZZZZZZZZZZZZZZZZZZZZZZ"};

    REQUIRE(greatest.value());
    CHECK(greatest.text() == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    CHECK(greatest == message_id{"ffffffff-ffff-ffff-ffff-ffffffffffff"});
    CHECK(greatest < message_id{"anything"});
}

TEST_CASE("message_id: keys sort by the time in the id")
{
    std::vector<message_id> ids{
        message_id{"01KHJYACA0S86Z5JATM52C3M7Z"},
        message_id{"01FW1629D7SEG6PNSPZBV7WN5G"},
        message_id{uuid},
    };
    std::sort(ids.begin(), ids.end(), [](auto& a, auto& b) { return a.key() < b.key(); });

    CHECK(ids[0].text() == "01FW1629D7SEG6PNSPZBV7WN5G");
    CHECK(ids[1].text() == ulid);
    CHECK(ids[2].text() == "01KHJYACA0S86Z5JATM52C3M7Z");
}
