#pragma once

#include "base/error.hpp"
#include "base/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd {

/// A request to the admin listener, taken apart.
struct admin_request {
    std::string method;
    std::vector<std::string> path;                           ///< Segments, percent-decoded.
    std::vector<std::pair<std::string, std::string>> query;  ///< Percent-decoded; no name twice.
    std::string body;
    std::string last_event_id;               ///< Of the `Last-Event-ID` header.
    std::vector<std::string_view> captures;  ///< The path's segments that the route left open.

    /// The parameter's value, or null where it is not there.
    const std::string* parameter(std::string_view name) const noexcept
    {
        for (const auto& [key, value] : query)
            if (key == name)
                return &value;
        return nullptr;
    }
};

struct admin_response {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers = {};
};

/// A request that cannot be done: thrown by the handlers, answered as a problem document.
struct refused_request {
    int status;
    std::string reason;  ///< lower_snake_case
    std::string detail;  ///< One sentence for people.
};

/// The title of an HTTP status: `Not Found`.
std::string_view status_title(int status) noexcept;

admin_response problem_response(int status, std::string_view reason, std::string_view detail);

/// What a failed call of another module means to the one who asked.
refused_request refusal_of(const error_code& ec);

}  // namespace webhookd
