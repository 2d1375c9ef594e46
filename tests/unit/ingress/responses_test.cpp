#include "ingress/responses.hpp"

#include "support/catch.hpp"

using namespace webhookd;

TEST_CASE("responses: each refusal has its status and a problem document", "[ingress]")
{
    const response_texts texts;

    struct {
        request_outcome outcome;
        const char* status;
        const char* reason;
    } cases[] = {
        {request_outcome::missing_signature, "HTTP/1.1 401 ", "\"reason\":\"missing_signature\""},
        {request_outcome::malformed_signature, "HTTP/1.1 401 ", "\"reason\":\"malformed_signature\""
        },
        {request_outcome::signature_mismatch, "HTTP/1.1 401 ", "\"reason\":\"signature_mismatch\""},
        {request_outcome::body_too_large, "HTTP/1.1 413 ", "\"reason\":\"body_too_large\""},
        {request_outcome::bad_framing, "HTTP/1.1 400 ", "\"reason\":\"bad_framing\""},
        {request_outcome::length_required, "HTTP/1.1 411 ", "\"reason\":\"length_required\""},
        {request_outcome::header_too_large, "HTTP/1.1 431 ", "\"reason\":\"header_too_large\""},
        {request_outcome::timed_out, "HTTP/1.1 408 ", "\"reason\":\"timed_out\""},
        {request_outcome::method_not_allowed, "HTTP/1.1 405 ", "\"reason\":\"method_not_allowed\""},
        {request_outcome::not_found, "HTTP/1.1 404 ", "\"reason\":\"not_found\""},
        {request_outcome::queue_full, "HTTP/1.1 503 ", "\"reason\":\"queue_full\""},
        {request_outcome::store_full, "HTTP/1.1 503 ", "\"reason\":\"store_full\""},
        {request_outcome::store_failed, "HTTP/1.1 503 ", "\"reason\":\"store_failed\""},
        {request_outcome::stopping, "HTTP/1.1 503 ", "\"reason\":\"stopping\""},
    };

    for (const auto& c : cases) {
        CAPTURE(c.reason);
        const std::string text = texts.refused(c.outcome, {});
        const auto header_end = text.find("\r\n\r\n");
        REQUIRE(header_end != std::string::npos);
        const std::string body = text.substr(header_end + 4);
        CHECK(text.starts_with(c.status));
        CHECK(body.find(c.reason) != std::string::npos);
        CHECK(text.find("Content-Type: application/problem+json\r\n") < header_end);
        CHECK(text.find("Content-Length: " + std::to_string(body.size()) + "\r\n") < header_end);
        const bool unavailable = text.find(" 503 ") != std::string::npos;
        CHECK((text.find("Retry-After: ") < header_end) == unavailable);
    }
}

TEST_CASE("responses: the hot path's text is a whole answer with a date", "[ingress]")
{
    response_texts texts;
    texts.refresh(1771235950);

    CHECK(
        texts.accepted() ==
        "HTTP/1.1 200 OK\r\nDate: Mon, 16 Feb 2026 09:59:10 GMT\r\nContent-Length: 0\r\n\r\n"
    );
}

TEST_CASE("responses: connection options are told", "[ingress]")
{
    const response_texts texts;
    response_options close;
    close.close = true;
    response_options old;
    old.keep_alive10 = true;
    response_options head;
    head.head = true;

    CHECK(texts.accepted(close).find("Connection: close\r\n") != std::string::npos);
    CHECK(texts.accepted(old).find("Connection: keep-alive\r\n") != std::string::npos);
    const std::string no_body = texts.refused(request_outcome::not_found, head);
    CHECK(no_body.ends_with("\r\n\r\n"));
    CHECK(no_body.find("Content-Length: 0\r\n") == std::string::npos);
    response_options post;
    CHECK(
        texts.refused(request_outcome::method_not_allowed, post).find("Allow: POST\r\n") !=
        std::string::npos
    );
}

TEST_CASE("responses: health says ok, or 503 with the reasons", "[ingress]")
{
    const response_texts texts;

    CHECK(texts.health({}, {}).starts_with("HTTP/1.1 200 "));
    const std::string bad = texts.health({"draining", "store_failed"}, {});
    CHECK(bad.starts_with("HTTP/1.1 503 "));
    CHECK(bad.find("draining, store_failed") != std::string::npos);
}
