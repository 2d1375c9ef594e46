#include "admin/api.hpp"
#include "admin/render.hpp"
#include "admin/target.hpp"
#include "base/json_valid.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>

namespace webhookd {

namespace {

struct replay_body {
    std::string sink;
    std::string from = "1";
    std::string to;
};

[[noreturn]] void refuse(std::string detail)
{
    throw refused_request{400, "invalid_argument", std::move(detail)};
}

// A bound is a sequence number or a time, each as a JSON string or number.
std::string bound_text(std::string_view key, simdjson::dom::element value)
{
    std::string_view text;
    std::uint64_t number = 0;
    if (value.get_string().get(text) == simdjson::SUCCESS)
        return std::string{text};
    if (value.get_uint64().get(number) == simdjson::SUCCESS)
        return std::to_string(number);
    refuse(std::string{key} + " must be a sequence number or an RFC 3339 time");
}

replay_body read_body(const std::string& body)
{
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (!json::is_valid(body) || parser.parse(body).get_object().get(object) != simdjson::SUCCESS)
        throw refused_request{400, "invalid_json", "the body must be a JSON object"};
    replay_body out;
    for (const auto [key, value] : object) {
        std::string_view text;
        if (key == "sink") {
            if (value.get_string().get(text) != simdjson::SUCCESS)
                refuse("sink must be a sink's name");
            out.sink = text;
        }
        else if (key == "from") {
            out.from = bound_text(key, value);
        }
        else if (key == "to") {
            out.to = bound_text(key, value);
        }
        else {
            refuse("the fields known here are sink, from and to");
        }
    }
    if (out.sink.empty())
        refuse("sink is missing: the name of the sink to replay to");
    return out;
}

}  // namespace

// Times become sequences: `from` the first event recorded then or later, `to` the last before.
std::uint64_t admin_api::replay_bound(std::string_view name, std::string_view text, bool is_end)
{
    if (const auto t = parse_rfc3339(text)) {
        const std::uint64_t at = value_or_refuse(sources_.reader->sequence_at(*t));
        return is_end ? std::max<std::uint64_t>(at, 1) - 1 : at;
    }
    const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
    if (!digits || text.empty())
        refuse(std::string{name} + " must be a sequence number or an RFC 3339 time");
    return read_number(name, text, 1, INT64_MAX);
}

task<admin_response> admin_api::start_replay(const admin_request& request)
{
    const replay_body body = read_body(request.body);
    replay_request what;
    what.sink = body.sink;
    what.from = replay_bound("from", body.from, false);
    const store_size size = value_or_refuse(sources_.reader->size());
    what.to = body.to.empty() ? size.last_sequence : replay_bound("to", body.to, true);
    if (what.to < what.from)
        refuse("nothing lies between from and to");
    std::function<bool(std::function<void(result<std::uint64_t>)>)> ask =
        [this, what](std::function<void(result<std::uint64_t>)> answer) {
            if (sources_.start_replay)
                sources_.start_replay(what, std::move(answer));
            return static_cast<bool>(sources_.start_replay);
        };
    auto done = co_await waiter_.ask<std::uint64_t>(std::move(ask));
    if (!done && done.error() == errc::not_found)
        throw refused_request{404, "not_found", "there is no sink of this name"};
    const std::uint64_t number = value_or_refuse(std::move(done));
    admin_response out;
    out.status = 202;
    out.body = R"({"number":)" + std::to_string(number) + R"(,"sink":)" + json::quoted(what.sink) +
               R"(,"from":)" + std::to_string(what.from) + R"(,"to":)" + std::to_string(what.to) +
               '}';
    out.headers.emplace_back("Location", "/v1/replay/" + std::to_string(number));
    co_return out;
}

admin_response admin_api::replays(const admin_request&)
{
    const auto all = sources_.replays ? sources_.replays() : std::vector<replay_status>{};
    return {200, render::list(all, {}, render::replay)};
}

admin_response admin_api::replay(const admin_request& request)
{
    const auto number = read_number("the replay's number", request.captures[0], 1, INT64_MAX);
    const auto all = sources_.replays ? sources_.replays() : std::vector<replay_status>{};
    for (const replay_status& r : all) {
        if (r.number != number)
            continue;
        admin_response out;
        render::replay(out.body, r);
        return out;
    }
    throw refused_request{404, "not_found", "there is no replay of this number"};
}

admin_response admin_api::cancel_replay(const admin_request& request)
{
    const auto number = read_number("the replay's number", request.captures[0], 1, INT64_MAX);
    if (!sources_.cancel_replay || !sources_.cancel_replay(number))
        throw refused_request{404, "not_found", "no replay of this number is running"};
    return {204, {}, {}, {}};
}

}  // namespace webhookd
