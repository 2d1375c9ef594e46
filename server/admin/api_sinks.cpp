#include "admin/api.hpp"
#include "admin/render.hpp"
#include "admin/target.hpp"

#include <algorithm>

namespace webhookd {

namespace {

// Which letters a retry or drop is about: one by its number, else by sink and reason; all of them
// only where that is said.
dead_letter_filter filter_of(const admin_request& request)
{
    dead_letter_filter out;
    if (!request.captures.empty()) {
        out.number = read_number("the dead letter's number", request.captures[0], 1, INT64_MAX);
        return out;
    }
    out.sink = text_of(request, "sink");
    out.reason = text_of(request, "reason");
    const std::string* all = request.parameter("all");
    if (all != nullptr && *all != "true")
        throw refused_request{400, "invalid_parameter", "all must be true"};
    if (out.sink.empty() && out.reason.empty() && all == nullptr)
        throw refused_request{
            400, "missing_parameter", "say which: sink, reason, or all=true for every one"
        };
    return out;
}

}  // namespace

admin_response admin_api::sinks(const admin_request&)
{
    const auto counts = value_or_refuse(sources_.reader->dead_letter_counts());
    const auto all = sources_.sinks ? sources_.sinks() : std::vector<sink_status>{};
    return {200, render::list(all, {}, [&](std::string& out, const sink_status& s) {
                const auto at = std::find_if(counts.begin(), counts.end(), [&](const auto& c) {
                    return c.first == s.name;
                });
                render::sink(out, s, at == counts.end() ? 0 : at->second);
            })};
}

task<admin_response> admin_api::forget_sink(const admin_request& request)
{
    const std::string name{request.captures[0]};
    for (const sink_status& s : sources_.sinks ? sources_.sinks() : std::vector<sink_status>{})
        if (s.name == name && s.configured)
            throw refused_request{
                409, "sink_in_use", "the sink is in the config; take it out and restart first"
            };
    std::function<bool(std::function<void(done_result)>)> ask =
        [this, name](std::function<void(done_result)> answer) {
            return sources_.run([=](store& kept) {
                const auto forgotten = kept.forget_sink(name);
                answer(forgotten ? done_result{1} : done_result{forgotten.error()});
            });
        };
    auto done = co_await waiter_.ask<std::uint64_t>(std::move(ask));
    value_or_refuse(std::move(done));
    co_return admin_response{204, {}, {}, {}};
}

admin_response admin_api::letters(const admin_request& request)
{
    dead_letter_filter which;
    which.sink = text_of(request, "sink");
    which.reason = text_of(request, "reason");
    const std::string_view after = text_of(request, "after");
    const std::uint64_t from = after.empty() ? 0 : read_number("after", after, 0, INT64_MAX);
    const auto found =
        value_or_refuse(sources_.reader->dead_letters(which, from, limit_of(request)));
    return {200, render::list(found.items, found.next, [](std::string& out, const auto& d) {
                render::letter(out, d, false);
            })};
}

admin_response admin_api::letter(const admin_request& request)
{
    const dead_letter_filter which = filter_of(request);
    const auto found = value_or_refuse(sources_.reader->dead_letters(which, 0, 1));
    if (found.items.empty())
        throw refused_request{404, "not_found", "there is no dead letter of this number"};
    admin_response out;
    render::letter(out.body, found.items.front(), true);
    return out;
}

task<admin_response> admin_api::retry_letters(const admin_request& request)
{
    std::function<bool(std::function<void(result<std::uint64_t>)>)> ask =
        [this, which = filter_of(request)](std::function<void(result<std::uint64_t>)> answer) {
            if (sources_.retry_dead_letters)
                sources_.retry_dead_letters(which, std::move(answer));
            return static_cast<bool>(sources_.retry_dead_letters);
        };
    auto done = co_await waiter_.ask<std::uint64_t>(std::move(ask));
    const std::uint64_t count = value_or_refuse(std::move(done));
    if (count == 0 && !request.captures.empty())
        throw refused_request{404, "not_found", "there is no dead letter of this number"};
    admin_response out;
    out.status = 202;
    out.body = R"({"retrying":)" + std::to_string(count) + '}';
    co_return out;
}

task<admin_response> admin_api::drop_letters(const admin_request& request)
{
    std::function<bool(std::function<void(result<std::uint64_t>)>)> ask =
        [this, which = filter_of(request)](std::function<void(result<std::uint64_t>)> answer) {
            return sources_.run([=](store& kept) { answer(kept.drop_dead_letters(which)); });
        };
    auto done = co_await waiter_.ask<std::uint64_t>(std::move(ask));
    const std::uint64_t count = value_or_refuse(std::move(done));
    if (count == 0 && !request.captures.empty())
        throw refused_request{404, "not_found", "there is no dead letter of this number"};
    co_return admin_response{
        200, R"({"dropped":)" + std::to_string(count) + '}', {"application/json"}, {}
    };
}

}  // namespace webhookd
