#include "ingress/request_head.hpp"

#include "ingress/routes.hpp"
#include "support/catch.hpp"

#include <string>

using namespace webhookd;

namespace {

constexpr std::string_view signature_header[] = {"x-signature"};

struct known_routes {
    known_routes()
    {
        route r;
        r.to = &to;
        r.headers = signature_header;
        list.add(std::move(r));
    }

    endpoint to{"/hooks", "test", "default"};
    routes list;
};

struct parsed {
    boost::beast::error_code ec;
    bool bad = false;
    bool done = false;
    std::string signature;
    bool found = false;
    std::optional<std::uint64_t> length;
};

parsed parse(const std::string& text)
{
    const known_routes known;
    request_head head{known.list};
    head.set_base(text);
    parsed out;
    head.put(boost::asio::const_buffer{text.data(), text.size()}, out.ec);
    out.done = head.is_header_done();
    out.bad = head.bad || !clean_header_bytes(text.substr(0, text.find("\r\n\r\n") + 4));
    out.signature = head.provider_headers[0].in(text.data());
    out.found = head.endpoint != nullptr;
    out.length = head.length;
    return out;
}

}  // namespace

TEST_CASE("request_head: notes the few fields that count", "[ingress]")
{
    const auto p = parse(
        "POST /hooks?a=b HTTP/1.1\r\nHost: h\r\nX-SIGNATURE:  abc= \r\nContent-Length: "
        "5\r\n\r\nhello"
    );

    CHECK_FALSE(p.ec);
    CHECK(p.done);
    CHECK_FALSE(p.bad);
    CHECK(p.found);
    CHECK(p.signature == "abc=");
    CHECK(p.length == 5u);
}

TEST_CASE("request_head: finds the endpoint by the path alone", "[ingress]")
{
    CHECK(parse("POST /hooks HTTP/1.1\r\n\r\n").found);
    CHECK(parse("POST https://a.example/hooks?x HTTP/1.1\r\n\r\n").found);
    CHECK_FALSE(parse("POST /hooks/ HTTP/1.1\r\n\r\n").found);
    CHECK_FALSE(parse("POST /Hooks HTTP/1.1\r\n\r\n").found);
    CHECK_FALSE(parse("POST * HTTP/1.1\r\n\r\n").found);
    CHECK_FALSE(parse("POST https://a.example HTTP/1.1\r\n\r\n").found);
}

TEST_CASE("request_head: framing that two parsers could read differently is refused", "[ingress]")
{
    const std::string start = "POST /hooks HTTP/1.1\r\nHost: h\r\n";

    struct {
        const char* name;
        std::string text;
    } cases[] = {
        {"length and chunked", start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {"chunked and length", start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"},
        {"length and gzip", start + "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\n"},
        {"gzip", start + "Transfer-Encoding: gzip\r\n\r\n"},
        {"gzip, chunked", start + "Transfer-Encoding: gzip, chunked\r\n\r\n"},
        {"chunked, gzip", start + "Transfer-Encoding: chunked, gzip\r\n\r\n"},
        {"chunked twice", start + "Transfer-Encoding: chunked, chunked\r\n\r\n"},
        {"chunked in two fields",
         start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {"identity", start + "Transfer-Encoding: identity\r\n\r\n"},
        {"xchunked", start + "Transfer-Encoding: xchunked\r\n\r\n"},
        {"quoted", start + "Transfer-Encoding: \"chunked\"\r\n\r\n"},
        {"chunked on HTTP/1.0", "POST /hooks HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {"lengths that differ", start + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"},
        {"a list of lengths", start + "Content-Length: 5, 5\r\n\r\n"},
        {"a sign", start + "Content-Length: +5\r\n\r\n"},
        {"negative", start + "Content-Length: -5\r\n\r\n"},
        {"hex", start + "Content-Length: 0x5\r\n\r\n"},
        {"no digits", start + "Content-Length: \r\n\r\n"},
        {"beyond 64 bits", start + "Content-Length: 99999999999999999999\r\n\r\n"},
        {"obs-fold", start + "X-A: a\r\n b\r\nContent-Length: 5\r\n\r\n"},
        {"obs-fold by tab", start + "Content-Length: 5\r\n\tX-A: a\r\n\r\n"},
        {"space before the colon", start + "Content-Length : 5\r\n\r\n"},
        {"bare LF", "POST /hooks HTTP/1.1\nHost: h\r\n\r\n"},
        {"LF in a value", start + "X-A: a\nX-B: b\r\n\r\n"},
        {"CR in a value", start + "X-A: a\rb\r\n\r\n"},
        {"NUL in a value", start + std::string{"X-A: a\0b\r\n\r\n", 12}},
        {"NUL in a name", start + std::string{"X\0A: a\r\n\r\n", 10}},
        {"no name", start + ": a\r\n\r\n"},
        {"no colon", start + "what\r\n\r\n"},
        {"two signatures", start + "X-Signature: a\r\nX-Signature: a\r\n\r\n"},
        {"HTTP/2.0", "POST /hooks HTTP/2.0\r\n\r\n"},
        {"no version", "POST /hooks\r\n\r\n"},
        {"space in the target", "POST /ho oks HTTP/1.1\r\n\r\n"},
        {"leading space", " POST /hooks HTTP/1.1\r\n\r\n"},
    };

    for (const auto& c : cases) {
        CAPTURE(c.name);
        const auto p = parse(c.text);
        const bool refused = p.bad || (p.ec && p.ec != boost::beast::http::error::need_more);
        CHECK(refused);
    }
}

TEST_CASE("request_head: the same length twice is one length", "[ingress]")
{
    const auto p =
        parse("POST /hooks HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello");

    CHECK_FALSE(p.bad);
    CHECK(p.length == 5u);
}

TEST_CASE("request_head: trailers count for nothing", "[ingress]")
{
    const known_routes known;
    const std::string text =
        "POST /hooks HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n0\r\nX-Signature: forged\r\n\r\n";
    request_head head{known.list};
    head.set_base(text);
    std::size_t at = 0;
    while (!head.is_done()) {
        boost::beast::error_code ec;
        at += head.put(boost::asio::const_buffer{text.data() + at, text.size() - at}, ec);
        REQUIRE_FALSE(ec);
    }

    CHECK(at == text.size());
    CHECK_FALSE(head.provider_headers[0].present);
    CHECK_FALSE(head.bad);
}

// Beast unfolds such a value into memory of its own; a place in the buffer must not be made of it.
TEST_CASE("request_head: a folded value is bad framing and has no place", "[ingress]")
{
    const known_routes known;
    const std::string text =
        "POST /hooks HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.1,\r\n 192.0.2.2\r\n"
        "X-Signature: ab\r\n\tcd\r\nContent-Length: 0\r\n\r\n";
    request_head head{known.list};
    head.set_base(text);
    boost::beast::error_code ec;
    head.put(boost::asio::const_buffer{text.data(), text.size()}, ec);

    CHECK(head.bad);
    CHECK_FALSE(head.forwarded_for.present);
    CHECK_FALSE(head.provider_headers[0].present);
}
