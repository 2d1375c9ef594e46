#include "ingress/request_head.hpp"

#include "ingress/routes.hpp"

#include <boost/beast/core/string.hpp>

#include <cstring>
#include <functional>

namespace webhookd {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;

}  // namespace

request_head::request_head(const routes& known) : known_{known} {}

// Beast unfolds a folded value (obs-fold) into memory of its own: such a value is no stretch of
// the buffer, and the request is refused.
slice request_head::slice_of(string_view text) noexcept
{
    if (text.empty())
        return {0, 0, true};
    const std::less<const char*> before;
    const char* const end = bytes_.data() + bytes_.size();
    if (before(text.data(), bytes_.data()) || before(end, text.data() + text.size())) {
        bad = true;
        return {};
    }
    return {
        static_cast<std::uint32_t>(text.data() - bytes_.data()),
        static_cast<std::uint32_t>(text.size()),
        true,
    };
}

void request_head::
    on_request_impl(http::verb verb, string_view, string_view path, int http_version, error_code&)
{
    version = http_version;
    method = verb;
    target = slice_of(path);
    endpoint = known_.find(path);
}

void request_head::on_field_impl(field f, string_view name, string_view value, error_code&)
{
    if (header_done_)
        return;  // a trailer: nothing in it counts
    switch (f) {
        case field::content_length: note_length(value); break;
        case field::transfer_encoding: note_transfer_encoding(value); break;
        case field::content_type: content_type = slice_of(value); break;
        case field::expect: expects_continue = beast::iequals(value, "100-continue"); break;
        default:
            if (beast::iequals(name, "x-forwarded-for"))
                forwarded_for = slice_of(value);
            else
                note_provider_header(name, value);
    }
}

// RFC 9112 §6.3: digits only; a list or several values are an attack or a broken proxy.
void request_head::note_length(string_view value) noexcept
{
    std::uint64_t n = 0;
    bad = bad || value.empty() || value.size() > 18;
    for (const char c : value) {
        bad = bad || c < '0' || c > '9';
        n = n * 10 + static_cast<unsigned char>(c - '0');
    }
    bad = bad || (length && *length != n);
    length = n;
}

void request_head::note_transfer_encoding(string_view value) noexcept
{
    bad = bad || chunked_once || !beast::iequals(value, "chunked");
    chunked_once = true;
}

void request_head::note_provider_header(string_view name, string_view value) noexcept
{
    if (endpoint == nullptr)
        return;
    for (std::size_t i = 0; i < endpoint->headers.size(); ++i) {
        if (!beast::iequals(name, endpoint->headers[i]))
            continue;
        bad = bad || provider_headers[i].present;  // which of two signatures was meant?
        provider_headers[i] = slice_of(value);
    }
}

void request_head::on_header_impl(error_code&)
{
    header_done_ = true;
    bad = bad || (chunked_once && (length || version < 11));
}

void request_head::on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) {}

std::size_t request_head::on_body_impl(string_view body, error_code&)
{
    return body.size();
}

void request_head::on_chunk_header_impl(std::uint64_t, string_view, error_code&) {}

std::size_t request_head::on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec)
{
    if (taker != nullptr && !taker->take(body))
        ec = http::error::body_limit;
    return body.size();
}

void request_head::on_finish_impl(error_code&) {}

bool clean_header_bytes(std::string_view header) noexcept
{
    if (std::memchr(header.data(), '\0', header.size()) != nullptr)
        return false;
    // Every CR is followed by LF and there are as many of the one as of the other.
    std::size_t pairs = 0;
    for (std::size_t at = 0; (at = header.find('\r', at)) != std::string_view::npos; at += 2) {
        if (at + 1 >= header.size() || header[at + 1] != '\n')
            return false;
        if (at + 2 < header.size() && (header[at + 2] == ' ' || header[at + 2] == '\t'))
            return false;
        ++pairs;
    }
    std::size_t feeds = 0;
    for (std::size_t at = 0; (at = header.find('\n', at)) != std::string_view::npos; ++at)
        ++feeds;
    return pairs == feeds;
}

}  // namespace webhookd
