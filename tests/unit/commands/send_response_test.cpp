#include "commands/send_response.hpp"

#include "support/catch.hpp"

using namespace webhookd::commands;
using state = response_reader::state;

TEST_CASE("send: finds the end of every kind of answer, however it is cut", "[commands]")
{
    struct {
        const char* name;
        std::string text;
        int status;
        bool keep_alive;
    } cases[] = {
        {"empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, true},
        {"counted", "HTTP/1.1 503 x\r\ncontent-length:  5 \r\n\r\nhello", 503, true},
        {"no content", "HTTP/1.1 204 No Content\r\n\r\n", 204, true},
        {"close", "HTTP/1.1 401 no\r\nConnection: Close\r\nContent-Length: 1\r\n\r\nx", 401, false},
        {"1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 200, false},
        {"interim",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
         200,
         true},
        {"chunked",
         "HTTP/1.1 404 x\r\nTransfer-Encoding: "
         "chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n0123456789\r\n0"
         "\r\nTrailer: x\r\n\r\n",
         404,
         true},
    };

    for (const auto& c : cases) {
        DYNAMIC_SECTION(c.name)
        {
            for (std::size_t cut = 0; cut < c.text.size(); ++cut) {
                CAPTURE(cut);
                response_reader r;
                r.begin();
                REQUIRE(r.feed(std::string_view{c.text}.substr(0, cut)) == state::more);
                REQUIRE(r.feed(std::string_view{c.text}.substr(cut)) == state::done);
                CHECK(r.status() == c.status);
                CHECK(r.keep_alive() == c.keep_alive);
            }
        }
    }
}

TEST_CASE("send: an answer without a length lasts until the connection ends", "[commands]")
{
    response_reader r;
    r.begin();

    CHECK(r.feed("HTTP/1.1 200 OK\r\n\r\nwhat") == state::more);
    CHECK(r.feed("ever") == state::more);

    CHECK(r.finish() == state::done);
    CHECK(r.status() == 200);
}

TEST_CASE("send: an answer that was cut off is broken, not done", "[commands]")
{
    const char* text = GENERATE(
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1234",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    );
    response_reader r;
    r.begin();

    CHECK(r.feed(text) == state::more);

    CHECK(r.finish() == state::broken);
}

TEST_CASE("send: what is no HTTP answer is broken", "[commands]")
{
    const char* text = GENERATE(
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"
    );
    response_reader r;
    r.begin();

    CHECK(r.feed(text) == state::broken);
}
