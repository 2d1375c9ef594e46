// A request's bytes, from the socket into the session's buffer.

#include "ingress/network_thread.hpp"
#include "ingress/session.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>

namespace webhookd {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t buffer_first = 4096;       // a usual webhook with its header, whole
constexpr std::size_t header_bytes_max = 16384;  // over it: 431 (design §3)

bool has_bare_feed(std::string_view text) noexcept
{
    const auto at = text.find('\n');
    return at != std::string_view::npos && (at == 0 || text[at - 1] != '\r');
}

}  // namespace

// Reads until the header is complete. False: `problem_` says what to answer, or, where that is
// `accepted`, the connection has ended without a request.
task<bool> session::read_header()
{
    problem_ = request_outcome::accepted;
    if (used_ == 0) {
        enter(phase::idle, first_ ? home_.limits().header_timeout : home_.limits().idle_timeout);
        home_.add_idle(*this);
    }
    bool waiting = !transport_.has_pending();
    for (;;) {
        if (used_ != 0) {
            if (phase_ != phase::header)
                begin_header();
            if (parse_header() || problem_ != request_outcome::accepted)
                co_return problem_ == request_outcome::accepted;
        }
        if (waiting) {
            const auto [ec] =
                co_await transport_.socket().async_wait(tcp_socket::wait_read, use_tuple);
            if (timed_out_ && used_ != 0)
                problem_ = request_outcome::timed_out;
            if (ec || timed_out_ || aborted_)
                co_return false;
        }
        transport::outcome out{};
        if (!read_some(out))
            co_return false;
        if (out.status == transport::status::want_write) {
            const bool writable = co_await wait_write();
            if (!writable)
                co_return false;
        }
        waiting = out.status != transport::status::want_write && !transport_.has_pending();
    }
}

// The request's first bytes are there. What it is served by is looked up now, not when the wait
// for it began: a reload may have come in between.
void session::begin_header()
{
    enter(phase::header, home_.limits().header_timeout);
    routes_ = home_.current_routes();
    head_.emplace(*routes_);
    head_->header_limit(header_bytes_max);
    head_->body_limit(boost::none);
}

// One read into the buffer, which grows as long as a header may. False: the stream has ended.
bool session::read_some(transport::outcome& out)
{
    static_cast<list_hook<in_idle>&>(*this).unlink();
    if (!buffer_)
        buffer_ = block{buffer_first};
    if (used_ == buffer_.capacity() && !reserve(used_ * 2))
        return false;
    out = transport_.read(buffer_.data() + used_, buffer_.capacity() - used_);
    used_ += out.size;
    if (used_ == 0)
        buffer_ = block{};
    return out.status != transport::status::closed && out.status != transport::status::failed;
}

// Makes the buffer hold `capacity` bytes, keeping what is in it. False: the thread's share of
// `max_queue` is used up; `problem_` says so.
bool session::reserve(std::size_t capacity)
{
    if (capacity <= buffer_.capacity())
        return true;
    if (!home_.reserve(capacity - buffer_.capacity())) {
        problem_ = request_outcome::queue_full;
        return false;
    }
    reserved_ += capacity - buffer_.capacity();
    block bigger{capacity};
    std::memcpy(bigger.data(), buffer_.data(), used_);
    buffer_ = std::move(bigger);
    return true;
}

// True when the header is complete. An error sets `problem_`.
bool session::parse_header()
{
    boost::beast::error_code ec;
    head_->set_base({buffer_.data(), used_});
    parsed_ += head_->put(asio::const_buffer{buffer_.data() + parsed_, used_ - parsed_}, ec);
    if (!ec && head_->is_header_done())
        return true;
    if (ec == http::error::header_limit ||
        (ec == http::error::need_more && used_ >= header_bytes_max))
        problem_ = request_outcome::header_too_large;
    else if (ec && ec != http::error::need_more)
        problem_ = request_outcome::bad_framing;
    return false;
}

// Reads a body whose length is known. It lies in the buffer, behind the header, and is not copied.
task<bool> session::read_sized_body()
{
    const std::size_t total = parsed_ + static_cast<std::size_t>(*head_->length);
    bool waiting = !transport_.has_pending();
    while (used_ < total) {
        // Room is made as bytes come, so that a length alone takes no memory.
        if (used_ == buffer_.capacity() && !reserve(std::min(total, used_ * 2)))
            co_return false;
        if (waiting) {
            const bool readable = co_await wait_read();
            if (!readable) {
                problem_ = timed_out_ ? request_outcome::timed_out : request_outcome::accepted;
                co_return false;
            }
        }
        transport::outcome out{};
        if (!read_some(out))
            co_return false;
        if (out.status == transport::status::want_write) {
            const bool writable = co_await wait_write();
            if (!writable)
                co_return false;
        }
        waiting = !transport_.has_pending();
    }
    body_ = {buffer_.data() + parsed_, static_cast<std::size_t>(*head_->length)};
    co_return true;
}

// Puts the pieces of a chunked body together, behind the header values that must stay with it.
struct session::chunk_taker final : request_head::body_taker {
    chunk_taker(session& owner, std::size_t size_max) : of{owner}, max{size_max} {}

    bool take(std::string_view piece) override
    {
        if (piece.size() > max - taken) {
            of.problem_ = request_outcome::body_too_large;
            return false;
        }
        const std::size_t needed = of.chunked_size_ + piece.size();
        if (needed > of.chunked_.capacity()) {
            const std::size_t capacity = std::max(needed, of.chunked_.capacity() * 2);
            if (!of.home_.reserve(capacity - of.chunked_.capacity())) {
                of.problem_ = request_outcome::queue_full;
                return false;
            }
            of.reserved_ += capacity - of.chunked_.capacity();
            block bigger{capacity};
            if (of.chunked_)
                std::memcpy(bigger.data(), of.chunked_.data(), of.chunked_size_);
            of.chunked_ = std::move(bigger);
        }
        std::memcpy(of.chunked_.data() + of.chunked_size_, piece.data(), piece.size());
        of.chunked_size_ += piece.size();
        taken += piece.size();
        return true;
    }

    session& of;
    const std::size_t max;
    std::size_t taken = 0;
};

task<bool> session::read_chunked_body()
{
    const std::size_t header_size = parsed_;
    chunked_ = block{buffer_first};
    chunked_size_ = 0;
    chunk_taker taker{*this, static_cast<std::size_t>(home_.limits().max_body)};
    head_->taker = &taker;
    if (!reserve(header_size + header_bytes_max))
        co_return false;
    bool waiting = !transport_.has_pending();
    for (;;) {
        boost::beast::error_code ec;
        while (!ec && !head_->is_done() && parsed_ < used_)
            parsed_ +=
                head_->put(asio::const_buffer{buffer_.data() + parsed_, used_ - parsed_}, ec);
        if (head_->is_done())
            break;
        // A bare LF in a chunk's line: the parser would wait for its CR for ever.
        const bool bare = has_bare_feed({buffer_.data() + parsed_, used_ - parsed_});
        if (bare || (ec && ec != http::error::need_more)) {
            if (problem_ == request_outcome::accepted)
                problem_ = request_outcome::bad_framing;
            co_return false;
        }
        // What the parser has taken goes; the header stays for the log.
        std::memmove(buffer_.data() + header_size, buffer_.data() + parsed_, used_ - parsed_);
        used_ -= parsed_ - header_size;
        parsed_ = header_size;
        if (used_ == buffer_.capacity()) {  // a chunk's line or the trailer beyond 16 KiB
            problem_ = request_outcome::bad_framing;
            co_return false;
        }
        if (waiting) {
            const bool readable = co_await wait_read();
            if (!readable) {
                problem_ = timed_out_ ? request_outcome::timed_out : request_outcome::accepted;
                co_return false;
            }
        }
        transport::outcome out{};
        if (!read_some(out))
            co_return false;
        waiting = !transport_.has_pending();
    }
    head_->taker = nullptr;
    body_ = {chunked_.data(), chunked_size_};
    co_return true;
}

}  // namespace webhookd
