#include "dispatch/filter.hpp"

#include "support/catch.hpp"
#include "support/events.hpp"

using namespace webhookd;

TEST_CASE("filter: globs")
{
    struct {
        const char *glob, *text;
        bool fits;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "anything", true},
        {"a", "a", true},
        {"a", "ab", false},
        {"a", "A", false},
        {"?", "", false},
        {"?", "a", true},
        {"a*c", "abbc", true},
        {"a*c", "abcd", false},
        {"a*c*", "abcd", true},
        {"*.delivered", "ai.connectly.delivery_status.delivered", true},
        {"ai.connectly.delivery_status.*", "ai.connectly.delivery_status.sent", true},
        {"ai.connectly.delivery_status.*", "ai.connectly.messages.text", false},
        {"**a**", "bab", true},
        {"[a]", "a", false},
        {"a?*?d", "abcd", true},
        {"a?*?d", "abd", false},
    };

    for (const auto& c : cases) {
        DYNAMIC_SECTION("'" << c.glob << "' and '" << c.text << "'")
        {
            CHECK(glob_matches(c.glob, c.text) == c.fits);
        }
    }
}

TEST_CASE("filter: a glob of many stars costs no more than the product of both lengths")
{
    std::string glob;
    for (int i = 0; i < 1'000; ++i)
        glob += "*a";
    CHECK_FALSE(glob_matches(glob + "b", std::string(10'000, 'a')));
}

TEST_CASE("filter: every list that is not empty must fit")
{
    event e = test::make_event(1);
    e.customer = "+525512345678";
    e.campaign = "spring_launch_mx";

    CHECK(passes({}, e));
    CHECK(passes({{"*.read", "*.sent"}, {"/webhooks/*"}, {"+52*"}, {"spring*"}}, e));
    CHECK_FALSE(passes({{"*.read"}, {}, {}, {}}, e));
    CHECK_FALSE(passes({{}, {"/other"}, {}, {}}, e));
    CHECK_FALSE(passes({{}, {}, {"+1*"}, {}}, e));
    CHECK_FALSE(passes({{}, {}, {}, {"summer*"}}, e));
}
