#include "admin/api.hpp"

#include "admin/metrics.hpp"
#include "admin/target.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <array>

namespace webhookd {

// A pattern's segment `*` takes any text; parameters that are not listed are refused.
struct admin_api::route {
    std::string_view method;
    std::string_view pattern;
    std::string_view parameters;  // separated by spaces
    admin_response (admin_api::*now)(const admin_request&) = nullptr;
    task<admin_response> (admin_api::*later)(const admin_request&) = nullptr;
};

admin_api::admin_api(admin_sources sources, const std::shared_ptr<asio::io_context>& io)
    : sources_{std::move(sources)}, waiter_{io}
{
}

namespace {

bool fits(std::string_view pattern, admin_request& request)
{
    request.captures.clear();
    std::size_t at = 0;
    while (true) {
        const auto slash = pattern.find('/');
        const std::string_view segment = pattern.substr(0, slash);
        if (at == request.path.size())
            return false;
        if (segment == "*" && !request.path[at].empty())
            request.captures.emplace_back(request.path[at]);
        else if (segment != request.path[at])
            return false;
        ++at;
        if (slash == std::string_view::npos)
            return at == request.path.size();
        pattern.remove_prefix(slash + 1);
    }
}

bool listed(std::string_view list, std::string_view word)
{
    while (!list.empty()) {
        const auto space = std::min(list.find(' '), list.size());
        if (list.substr(0, space) == word)
            return true;
        list.remove_prefix(std::min(space + 1, list.size()));
    }
    return false;
}

void check_parameters(std::string_view known, const admin_request& request)
{
    for (const auto& parameter : request.query) {
        if (listed(known, parameter.first))
            continue;
        std::string list{known};
        for (std::size_t at = 0; (at = list.find(' ', at)) != std::string::npos; at += 2)
            list.replace(at, 1, ", ");
        throw refused_request{
            400,
            "unknown_parameter",
            known.empty() ? "no parameter is known here" : "the parameters known here are " + list
        };
    }
}

}  // namespace

const admin_api::route* admin_api::find(admin_request& request, std::string& allow)
{
    using a = admin_api;
    static constexpr std::array<route, 24> routes = {{
        {"GET", "livez", "verbose", &a::livez},
        {"GET", "readyz", "verbose", &a::readyz},
        {"GET", "metrics", "", &a::metrics},
        {"GET", "version", "", &a::version},
        {"GET", "v1/messages", "namespace customer status campaign limit after", &a::messages},
        {"GET", "v1/messages/*", "namespace", &a::message},
        {"PUT", "v1/messages/*/context", "namespace", nullptr, &a::put_context},
        {"GET", "v1/conversations/*/*", "namespace", &a::conversation},
        {"GET", "v1/campaigns", "namespace limit after", &a::campaigns},
        {"GET", "v1/campaigns/*", "namespace", &a::campaign},
        {"GET", "v1/events", "after limit type", &a::events},
        {"GET", "v1/sinks", "", &a::sinks},
        {"DELETE", "v1/sinks/*", "", nullptr, &a::forget_sink},
        {"GET", "v1/dead-letters", "sink reason limit after", &a::letters},
        {"POST", "v1/dead-letters/retry", "sink reason all", nullptr, &a::retry_letters},
        {"POST", "v1/dead-letters/drop", "sink reason all", nullptr, &a::drop_letters},
        {"GET", "v1/dead-letters/*", "", &a::letter},
        {"POST", "v1/dead-letters/*/retry", "", nullptr, &a::retry_letters},
        {"POST", "v1/dead-letters/*/drop", "", nullptr, &a::drop_letters},
        {"DELETE", "v1/dead-letters/*", "", nullptr, &a::drop_letters},
        {"POST", "v1/replay", "", nullptr, &a::start_replay},
        {"GET", "v1/replay", "", &a::replays},
        {"GET", "v1/replay/*", "", &a::replay},
        {"DELETE", "v1/replay/*", "", &a::cancel_replay},
    }};
    const std::string_view method =
        request.method == "HEAD" ? "GET" : std::string_view{request.method};
    for (const route& r : routes) {
        if (!fits(r.pattern, request))
            continue;
        if (r.method == method)
            return &r;
        if (allow.find(r.method) != std::string::npos)
            continue;
        allow += allow.empty() ? "" : ", ";
        allow += r.method == "GET" ? "GET, HEAD" : r.method;
    }
    return nullptr;
}

task<admin_response> admin_api::answer(admin_request& request)
{
    admin_response out;
    try {
        std::string allow;
        const route* r = find(request, allow);
        if (r == nullptr) {
            out = allow.empty()
                      ? problem_response(404, "not_found", "there is nothing at this path")
                      : problem_response(405, "method_not_allowed", "allowed here: " + allow);
            if (!allow.empty())
                out.headers.emplace_back("Allow", allow);
            co_return out;
        }
        check_parameters(r->parameters, request);
        if (r->now != nullptr) {
            out = (this->*r->now)(request);
        }
        else {
            out = co_await (this->*r->later)(request);
        }
    }
    catch (const refused_request& refused) {
        out = problem_response(refused.status, refused.reason, refused.detail);
    }
    catch (const std::exception& e) {
        log::error("an admin request failed", {{"error.message", std::string{e.what()}}});
        out = problem_response(500, "internal_error", "the log says more");
    }
    if (out.status == 503)
        out.headers.emplace_back("Retry-After", "5");
    co_return out;
}

std::size_t limit_of(const admin_request& request)
{
    const std::string* text = request.parameter("limit");
    return text == nullptr ? 100 : static_cast<std::size_t>(read_number("limit", *text, 1, 1000));
}

std::string_view text_of(const admin_request& request, std::string_view name)
{
    const std::string* text = request.parameter(name);
    if (text == nullptr)
        return {};
    if (text->empty())
        throw refused_request{400, "invalid_parameter", std::string{name} + " is empty"};
    return *text;
}

std::string_view namespace_of(const admin_request& request)
{
    const std::string_view given = text_of(request, "namespace");
    return given.empty() ? "default" : given;
}

admin_response admin_api::livez(const admin_request&)
{
    return {200, "ok\n", "text/plain", {}};
}

admin_response admin_api::readyz(const admin_request& request)
{
    const auto reasons = sources_.readiness ? sources_.readiness() : std::vector<std::string>{};
    if (request.parameter("verbose") == nullptr) {
        if (reasons.empty())
            return {200, "ok\n", "text/plain", {}};
        std::string all;
        for (const std::string& r : reasons)
            all += (all.empty() ? "" : ", ") + r;
        return problem_response(503, "not_ready", all);
    }
    admin_response out;
    out.status = reasons.empty() ? 200 : 503;
    out.body = reasons.empty() ? R"({"ready":true,"reasons":[)" : R"({"ready":false,"reasons":[)";
    const char* comma = "";
    for (const std::string& r : reasons) {
        out.body += comma + json::quoted(r);
        comma = ",";
    }
    out.body += ']';
    if (sources_.size) {
        const store_size size = sources_.size();
        out.body += R"(,"store":{"bytes":)" + std::to_string(size.bytes) + R"(,"events":)" +
                    std::to_string(size.events) + R"(,"first_sequence":)" +
                    std::to_string(size.first_sequence) + R"(,"last_sequence":)" +
                    std::to_string(size.last_sequence) + '}';
    }
    out.body += R"(,"sinks":[)";
    comma = "";
    for (const sink_status& s : sources_.sinks ? sources_.sinks() : std::vector<sink_status>{}) {
        out.body += comma + std::string{R"({"name":)"} + json::quoted(s.name) + R"(,"breaker":)" +
                    json::quoted(s.breaker) + R"(,"lag_events":)" + std::to_string(s.lag_events) +
                    '}';
        comma = ",";
    }
    out.body += "]}";
    return out;
}

admin_response admin_api::version(const admin_request&)
{
    return {200, R"({"name":"connectly-webhookd","version":")" WEBHOOKD_VERSION R"("})"};
}

admin_response admin_api::metrics(const admin_request&)
{
    return {200, metrics_text(sources_), "text/plain; version=0.0.4; charset=utf-8", {}};
}

}  // namespace webhookd
