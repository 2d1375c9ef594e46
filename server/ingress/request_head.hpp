#pragma once

#include "base/error.hpp"
#include "providers/provider.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace webhookd {

class routes;
struct route;

/// A stretch of the request's buffer. An offset, not a pointer: the buffer may move while the
/// request is still coming in.
struct slice {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
    bool present = false;

    std::string_view in(const char* buffer) const noexcept
    {
        return present ? std::string_view{buffer + at, size} : std::string_view{};
    }
};

/// One request's header, read by Beast's parser without a container of fields: only what the
/// daemon uses is noted, by its place in the buffer. Also the framing guards that Beast lacks
/// (before 1.92 it takes `Transfer-Encoding: gzip` as no body, lets it pass beside a
/// Content-Length, and honours chunked on HTTP/1.0): RFC 9112 §6.1, §6.3, §5.2, §2.2.
class request_head final : public boost::beast::http::basic_parser<true> {
public:
    /// `known` finds the endpoint while the header is read; it outlives the request.
    explicit request_head(const routes& known);

    /// The header's bytes; slices count from their begin. Set before every `put`, for the buffer
    /// may have moved.
    void set_base(std::string_view bytes) noexcept { bytes_ = bytes; }

    boost::beast::http::verb method = boost::beast::http::verb::unknown;
    int version = 11;  ///< 10 or 11.
    slice target;
    const route* endpoint = nullptr;  ///< The one that the target names, or null.
    std::array<slice, provider_headers_max> provider_headers;
    slice content_type;
    slice forwarded_for;  ///< X-Forwarded-For; the last one where it comes several times.
    bool expects_continue = false;
    bool bad = false;                     ///< A guard found ambiguous framing.
    std::optional<std::uint64_t> length;  ///< Content-Length.
    bool chunked_once = false;

    /// Where the parser puts the pieces of a chunked body. Returning false: over the limit.
    struct body_taker {
        virtual ~body_taker() = default;
        virtual bool take(std::string_view piece) = 0;
    };

    body_taker* taker = nullptr;

private:
    using string_view = boost::beast::string_view;
    using error_code = boost::beast::error_code;
    using field = boost::beast::http::field;

    void on_request_impl(
        boost::beast::http::verb verb,
        string_view name,
        string_view path,
        int version,
        error_code& ec
    ) override;

    void on_response_impl(int, string_view, int, error_code&) override {}

    void on_field_impl(field f, string_view name, string_view value, error_code& ec) override;
    void on_header_impl(error_code& ec) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& ec) override;
    std::size_t on_body_impl(string_view body, error_code& ec) override;
    void on_chunk_header_impl(std::uint64_t, string_view, error_code& ec) override;
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) override;
    void on_finish_impl(error_code& ec) override;

    slice slice_of(string_view text) noexcept;
    void note_length(string_view value) noexcept;
    void note_transfer_encoding(string_view value) noexcept;
    void note_provider_header(string_view name, string_view value) noexcept;

    const routes& known_;
    std::string_view bytes_;
    bool header_done_ = false;
};

/// Are these bytes of a request's header free of what two parsers could read differently: NUL,
/// a bare CR or LF, a line that begins with white space (obs-fold)? RFC 9112 §2.2, §5.2.
bool clean_header_bytes(std::string_view header) noexcept;

}  // namespace webhookd
