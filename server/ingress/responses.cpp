#include "ingress/responses.hpp"

#include "base/json.hpp"

namespace webhookd {

namespace {

constexpr const char* problem_type = "Content-Type: application/problem+json\r\n";

}  // namespace

refusal_answer answer_of(request_outcome o) noexcept
{
    switch (o) {
        case request_outcome::missing_signature:
        case request_outcome::malformed_signature:
        case request_outcome::signature_mismatch: return {401, "Unauthorized", "", false};
        case request_outcome::body_too_large: return {413, "Content Too Large", "", true};
        case request_outcome::length_required: return {411, "Length Required", "", true};
        case request_outcome::header_too_large:
            return {431, "Request Header Fields Too Large", "", true};
        case request_outcome::timed_out: return {408, "Request Timeout", "", true};
        case request_outcome::method_not_allowed: return {405, "Method Not Allowed", "", false};
        case request_outcome::not_found: return {404, "Not Found", "", false};
        case request_outcome::queue_full:
            return {503, "Service Unavailable", "Retry-After: 1\r\n", false};
        case request_outcome::store_full:
        case request_outcome::store_failed:
            return {503, "Service Unavailable", "Retry-After: 5\r\n", false};
        case request_outcome::stopping:
            return {503, "Service Unavailable", "Retry-After: 5\r\n", true};
        case request_outcome::bad_framing:
        case request_outcome::accepted:
        case request_outcome::duplicate:
        case request_outcome::count_: break;
    }
    return {400, "Bad Request", "", true};
}

void response_texts::refresh(std::time_t now)
{
    if (now == second_)
        return;
    second_ = now;
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[64];
    const std::size_t size =
        std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    date_.assign(text, size);
    accepted_ = build(200, "OK", "", "", {});
}

std::string response_texts::build(
    int status,
    std::string_view title,
    std::string_view headers,
    std::string_view body,
    const response_options& options
) const
{
    std::string out = "HTTP/1.1 " + std::to_string(status) + ' ';
    out += title;
    out += "\r\n";
    out += date_;
    out += headers;
    if (options.close)
        out += "Connection: close\r\n";
    else if (options.keep_alive10)
        out += "Connection: keep-alive\r\n";
    out += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    if (!options.head)
        out += body;
    return out;
}

std::string response_texts::accepted(const response_options& options) const
{
    return build(200, "OK", "", "", options);
}

std::string response_texts::refused(request_outcome o, const response_options& options) const
{
    const refusal_answer answer = answer_of(o);
    std::string headers = problem_type;
    headers += answer.header;
    if (o == request_outcome::method_not_allowed)
        headers.append("Allow: ").append(options.allow).append("\r\n");
    return build(
        answer.status,
        answer.title,
        headers,
        json::problem(answer.status, answer.title, name(o)),
        options
    );
}

std::string response_texts::health(
    const std::vector<std::string>& reasons, const response_options& options
) const
{
    if (reasons.empty())
        return build(200, "OK", "Content-Type: text/plain\r\n", "ok\n", options);
    std::string detail;
    for (const std::string& reason : reasons)
        detail += (detail.empty() ? "" : ", ") + reason;
    const std::string body = json::problem(503, "Service Unavailable", "not_ready", detail);
    return build(
        503, "Service Unavailable", std::string{problem_type} + "Retry-After: 5\r\n", body, options
    );
}

}  // namespace webhookd
