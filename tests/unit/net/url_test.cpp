#include "net/url.hpp"

#include "support/catch.hpp"

using namespace webhookd;

TEST_CASE("url: takes an http or https URL apart", "[net]")
{
    struct {
        const char* text;
        bool tls;
        const char* host;
        const char* port;
        const char* target;
        const char* authority;
    } cases[] = {
        {"https://crm.example.net/hooks",
         true,
         "crm.example.net",
         "443",
         "/hooks",
         "crm.example.net"},
        {"HTTP://localhost", false, "localhost", "80", "/", "localhost"},
        {"http://localhost:80/", false, "localhost", "80", "/", "localhost"},
        {"https://h:80?a=b#c", true, "h", "80", "/?a=b", "h:80"},
        {"http://h/a?b=/c://d#e#f", false, "h", "80", "/a?b=/c://d", "h"},
        {"http://[::1]:8080/x", false, "::1", "8080", "/x", "[::1]:8080"},
        {"https://[2001:db8::1]", true, "2001:db8::1", "443", "/", "[2001:db8::1]"},
    };

    for (const auto& c : cases) {
        DYNAMIC_SECTION(c.text)
        {
            const auto url = parse_http_url(c.text);
            REQUIRE(url);
            CHECK(url->tls == c.tls);
            CHECK(url->host == c.host);
            CHECK(url->port == c.port);
            CHECK(url->target == c.target);
            CHECK(url->authority() == c.authority);
        }
    }
}

TEST_CASE("url: refuses what it cannot mean, and says why", "[net]")
{
    const char* text = GENERATE(
        "",
        "/hooks",
        "localhost:8080",
        "ftp://h/",
        "http://",
        "http:///x",
        "http://h:/",
        "http://h:0/",
        "http://h:65536/",
        "http://h:80x/",
        "http://u:p@h/",
        "http://h/a b",
        "http://h/\xc3\xa9",
        "http://h/\r\nX: y",
        "http://[::1/",
        "http://[]/",
        "http://[h]/",
        "http://[::1]x/",
        "http://h^h/"
    );
    CAPTURE(text);
    std::string wrong;

    CHECK_FALSE(parse_http_url(text, &wrong));

    CHECK_FALSE(wrong.empty());
}
