#include "admin/api.hpp"
#include "admin/render.hpp"
#include "base/json_valid.hpp"

#include <array>
#include <string>

namespace webhookd {

namespace {

constexpr std::size_t context_bytes_max = 16 * 1024;

std::optional<delivery_status> status_of(std::string_view text)
{
    if (text.empty())
        return std::nullopt;
    constexpr std::array all = {
        delivery_status::sent,
        delivery_status::delivered,
        delivery_status::read,
        delivery_status::delivery_failed,
        delivery_status::unknown
    };
    for (const delivery_status s : all)
        if (name(s) == text)
            return s;
    throw refused_request{
        400, "invalid_parameter", "status must be sent, delivered, read, delivery_failed or unknown"
    };
}

// A cursor that the store does not know is the caller's mistake.
template <class T>
T page_or_refuse(result<T> r)
{
    if (!r && r.error() == errc::invalid_argument)
        throw refused_request{400, "invalid_cursor", "after must be the next of an earlier answer"};
    return value_or_refuse(std::move(r));
}

}  // namespace

admin_response admin_api::message(const admin_request& request)
{
    const message_id id{request.captures[0]};
    const auto found = value_or_refuse(sources_.reader->message(namespace_of(request), id));
    if (!found)
        throw refused_request{404, "not_found", "no message of this id is known"};
    admin_response out;
    render::message(out.body, *found);
    return out;
}

admin_response admin_api::messages(const admin_request& request)
{
    message_query query;
    query.name_space = namespace_of(request);
    query.customer = text_of(request, "customer");
    query.campaign = text_of(request, "campaign");
    query.status = status_of(text_of(request, "status"));
    query.after = text_of(request, "after");
    query.limit = limit_of(request);
    const auto found = page_or_refuse(sources_.reader->messages(query));
    return {200, render::list(found.items, found.next, [](std::string& out, const auto& m) {
                render::message(out, m);
            })};
}

task<admin_response> admin_api::put_context(const admin_request& request)
{
    if (request.body.size() > context_bytes_max)
        throw refused_request{413, "body_too_large", "a context may have up to 16 KiB"};
    if (!json::is_valid(request.body))
        throw refused_request{400, "invalid_json", "the body is not one JSON value in UTF-8"};
    std::function<bool(std::function<void(done_result)>)> ask =
        [this,
         id = message_id{request.captures[0]},
         where = std::string{namespace_of(request)},
         context = request.body](std::function<void(done_result)> answer) {
            return sources_.run([=](store& kept) {
                const auto put = kept.put_context(where, id, context, now());
                answer(put ? done_result{1} : done_result{put.error()});
            });
        };
    auto done = co_await waiter_.ask<std::uint64_t>(std::move(ask));
    value_or_refuse(std::move(done));
    co_return admin_response{204, {}, {}, {}};
}

admin_response admin_api::conversation(const admin_request& request)
{
    const auto found = value_or_refuse(sources_.reader->conversation(
        namespace_of(request), request.captures[0], request.captures[1], now()
    ));
    if (!found)
        throw refused_request{404, "not_found", "the two have not met here"};
    admin_response out;
    render::conversation(out.body, *found);
    return out;
}

admin_response admin_api::campaigns(const admin_request& request)
{
    const auto found = page_or_refuse(sources_.reader->campaigns(
        namespace_of(request), text_of(request, "after"), limit_of(request)
    ));
    return {200, render::list(found.items, found.next, render::campaign)};
}

admin_response admin_api::campaign(const admin_request& request)
{
    const auto found =
        value_or_refuse(sources_.reader->campaign(namespace_of(request), request.captures[0]));
    if (!found)
        throw refused_request{404, "not_found", "no message of this campaign is known"};
    admin_response out;
    render::campaign(out.body, *found);
    return out;
}

}  // namespace webhookd
