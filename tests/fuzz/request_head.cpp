// Request headers, whole and cut in two at any place: the same must come of both, and whatever is
// noted must lie within the bytes.
#include "ingress/request_head.hpp"

#include "ingress/routes.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace webhookd;

namespace {

constexpr std::string_view signature_header[] = {"x-connectly-hmac-sha256"};

const routes& known_routes()
{
    static const endpoint to{"/hooks", "connectly", "default"};
    static const routes list = [] {
        routes made;
        route r;
        r.to = &to;
        r.headers = signature_header;
        made.add(std::move(r));
        return made;
    }();
    return list;
}

struct outcome {
    bool failed = false, done = false, bad = false, known = false, chunked = false;
    std::optional<std::uint64_t> length;
    std::string signature, target;

    bool operator==(const outcome&) const = default;
};

void check_within(const slice& s, std::string_view bytes)
{
    if (s.present && (s.at > bytes.size() || s.size > bytes.size() - s.at))
        std::abort();
}

outcome parse(std::string_view bytes, std::size_t cut)
{
    request_head head{known_routes()};
    head.header_limit(16384);
    head.body_limit(boost::none);
    head.set_base(bytes);
    outcome out;
    std::size_t parsed = 0;
    for (const std::size_t until : {cut, bytes.size()}) {
        boost::beast::error_code ec;
        parsed += head.put(boost::asio::const_buffer{bytes.data() + parsed, until - parsed}, ec);
        if (ec && ec != boost::beast::http::error::need_more) {
            out.failed = true;
            return out;  // what was noted before an error is not used
        }
        if (head.is_header_done())
            break;
    }
    out.done = head.is_header_done();
    out.bad = head.bad;
    out.known = head.endpoint != nullptr;
    out.chunked = head.chunked_once;
    out.length = head.length;
    for (const slice& s :
         {head.target, head.provider_headers[0], head.content_type, head.forwarded_for})
        check_within(s, bytes);
    out.signature = head.provider_headers[0].in(bytes.data());
    out.target = head.target.in(bytes.data());
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2)
        return 0;
    const std::string_view bytes{reinterpret_cast<const char*>(data) + 2, size - 2};
    const std::size_t end = bytes.find("\r\n\r\n");
    const std::string_view header =
        bytes.substr(0, end == std::string_view::npos ? bytes.size() : end + 4);
    if (header.empty())
        return 0;
    const std::size_t cut = (static_cast<std::size_t>(data[0]) << 8 | data[1]) % header.size();
    clean_header_bytes(header);
    const outcome whole = parse(header, header.size());
    const outcome pieces = parse(header, cut);
    // While a header is not complete, how soon an error is found depends on the cut.
    if (end == std::string_view::npos)
        return 0;
    if (whole.failed != pieces.failed || (!whole.failed && !(whole == pieces)))
        std::abort();
    return 0;
}
