// Any body becomes one event on one line of valid JSON; its very bytes stand in it only where they
// are one valid object; and the same body always becomes the same event.

#include "event/one_line.hpp"
#include "providers/json_reader.hpp"
#include "support/json_oracle.hpp"
#include "support/payloads.hpp"

#include <cstdio>
#include <cstdlib>

using namespace webhookd;

namespace {

void require(bool holds, const char* what)
{
    if (holds)
        return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

receipt parse(std::string_view body)
{
    static const auto worker =
        find_provider("connectly")->make_worker({{"one", secret_value{"k"}, {}}});
    receipt r = test::receive(body);
    worker->parse(r);
    return r;
}

void check_form(const receipt& r, std::string_view body, std::string_view line)
{
    const test::json_oracle oracle{body};
    const bool object = oracle.object() && oracle.depth() <= json::depth_max;
    const bool shown = r.form == payload_form::verbatim || r.form == payload_form::minified;
    require(shown == (object && !oracle.lone_surrogate()), "shown exactly where it is valid");
    if (!object)
        require(r.type == "ai.connectly.unrecognized", "what is no object is unrecognized");
    if (r.form == payload_form::verbatim) {
        require(body.find_first_of("\r\n") == body.npos, "verbatim is one line");
        require(line.ends_with(",\"payload\":" + std::string{body} + "}}\n"), "the very bytes");
    }
    if (r.form == payload_form::minified) {
        require(body.find_first_of("\r\n") != body.npos, "minified only where it must be");
        require(line.find(",\"payload_minified\":true,\"payload\":{") != line.npos, "says so");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view body{reinterpret_cast<const char*>(data), size};
    receipt r = parse(body);
    const correlated c = test::uncorrelated(r);
    require(!r.type.empty() && !r.topic_name.empty(), "every event has a type");
    require(r.id_order < std::uint64_t{1} << 48, "the order fits 48 bits");
    require(r.time > timestamp{} || r.time == r.received, "the time can be told");

    const std::string head = render_head(r, c, 7, r.received + std::chrono::seconds{1});
    receipt moved = std::move(r);
    require(
        render_head(moved, c, 7, moved.received + std::chrono::seconds{1}) == head,
        "a receipt may be moved"
    );

    const receipt again = parse(body);
    require(again.id == moved.id && again.id_order == moved.id_order, "the same body, the same id");

    const payload_form form = moved.form;
    const std::string_view type = moved.type;
    const std::string line = test::line_of(test::event_of(std::move(moved), c));
    require(line.find('\n') == line.size() - 1 && line.find('\r') == line.npos, "one line");
    const test::json_oracle oracle{line};
    require(oracle.object() && !oracle.lone_surrogate(), "the line is valid JSON");
    receipt shown;
    shown.form = form;
    shown.type = type;
    check_form(shown, body, line);
    return 0;
}
