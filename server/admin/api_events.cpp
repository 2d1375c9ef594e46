#include "admin/api.hpp"
#include "admin/render.hpp"
#include "admin/target.hpp"
#include "base/glob.hpp"

namespace webhookd {

namespace {

constexpr std::size_t read_bytes_max = 1u << 20;  // at a time
constexpr std::size_t page_bytes_max = 8u << 20;
constexpr std::size_t looked_at_max =
    20'000;  // a filter that fits little must not read on for ever

}  // namespace

admin_response admin_api::events(const admin_request& request)
{
    const std::string_view type = text_of(request, "type");
    const std::string_view after = text_of(request, "after");
    const std::size_t limit = limit_of(request);
    std::uint64_t at = after.empty() ? 0 : read_number("after", after, 0, INT64_MAX);
    admin_response out;
    out.body = R"({"items":[)";
    std::size_t taken = 0;
    bool more = true;
    for (std::size_t looked_at = 0;
         more && taken < limit && out.body.size() < page_bytes_max && looked_at < looked_at_max;) {
        const std::size_t wanted = type.empty() ? limit - taken : 500;
        const auto found =
            value_or_refuse(sources_.reader->read_events(at, wanted, read_bytes_max));
        more = !found.empty();
        looked_at += found.size();
        for (const event& e : found) {
            if (taken == limit)
                break;
            at = e.sequence;
            if (!type.empty() && !glob_matches(type, e.type))
                continue;
            if (taken++ != 0)
                out.body += ',';
            render::line(out.body, e);
        }
    }
    if (more) {
        const auto rest = value_or_refuse(sources_.reader->read_events(at, 1, 1));
        more = !rest.empty();
    }
    render::append_next(out.body, more ? std::to_string(at) : std::string{});
    return out;
}

}  // namespace webhookd
