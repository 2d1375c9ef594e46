#include "admin/request.hpp"

namespace webhookd {

std::string_view status_title(int status) noexcept
{
    switch (status) {
        case 200: return "OK";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 413: return "Content Too Large";
        case 421: return "Misdirected Request";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        default: return "Unknown";
    }
}

admin_response problem_response(int status, std::string_view reason, std::string_view detail)
{
    admin_response out;
    out.status = status;
    out.content_type = "application/problem+json";
    out.body = json::problem(status, status_title(status), reason, detail);
    return out;
}

refused_request refusal_of(const error_code& ec)
{
    if (ec == errc::not_found)
        return {404, "not_found", "there is no such thing"};
    if (ec == errc::invalid_argument)
        return {400, "invalid_argument", "a value of the request cannot be"};
    if (ec == errc::stopping || ec == errc::timed_out || ec == errc::store_failed ||
        ec == errc::store_full)
        return {503, name(static_cast<errc>(ec.value())), ec.message()};
    return {500, "internal_error", ec.message()};
}

}  // namespace webhookd
