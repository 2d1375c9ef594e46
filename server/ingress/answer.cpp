// What a request is told that does not become an event.

#include "base/log.hpp"
#include "ingress/network_thread.hpp"
#include "ingress/session.hpp"

#include <cstring>
#include <utility>

namespace webhookd {

namespace {

namespace http = boost::beast::http;

}  // namespace

// Answers a request that came to nothing. Where its body is still on the way, the connection ends:
// nobody wants to read it.
task<session::next> session::answer(request_outcome o)
{
    endpoint_counters& counters =
        head_->endpoint != nullptr ? *head_->endpoint->counters : home_.counters().nowhere();
    counters.count(o);
    refuse_log(o);
    const bool submitted = !buffer_ || parsed_ == 0;  // its bytes are gone already
    const bool whole = submitted ? head_->is_header_done() : body_is_here();
    const bool close = answer_of(o).close || home_.closing() || !whole ||
                       !head_->is_header_done() || !head_->keep_alive();
    const std::string text = home_.texts().refused(o, options(close));
    if (!close && !submitted)
        next_request();
    const bool told = co_await write_all(text);
    if (head_->is_header_done())
        home_.counters().observe(steady::now() - started_);
    if (!told)
        co_return next::drop;
    co_return close ? next::linger : next::keep;
}

bool session::is_health(std::string_view path) const noexcept
{
    return path == "/livez" || path == "/readyz";
}

// For load balancers, on every traffic listener.
task<session::next> session::answer_health(std::string_view path)
{
    const bool close = home_.closing() || !head_->keep_alive() || !body_is_here();
    response_options o = options(close);
    std::string text;
    if (head_->method != http::verb::get && head_->method != http::verb::head) {
        o.allow = "GET, HEAD";
        home_.counters().nowhere().count(request_outcome::method_not_allowed);
        text = home_.texts().refused(request_outcome::method_not_allowed, o);
    }
    else {
        const bool ready = path == "/readyz";
        text = home_.texts().health(
            ready ? home_.shared().readiness() : std::vector<std::string>{}, o
        );
    }
    if (!close)
        next_request();
    const bool told = co_await write_all(text);
    if (!told)
        co_return next::drop;
    co_return close ? next::linger : next::keep;
}

// Skips the request in hand; what is behind it becomes the buffer's start.
void session::next_request()
{
    const std::size_t end = parsed_ + static_cast<std::size_t>(head_->length.value_or(0));
    used_ -= end;
    std::memmove(buffer_.data(), buffer_.data() + end, used_);
    parsed_ = 0;
    if (used_ == 0) {
        buffer_ = block{};
        home_.release(std::exchange(reserved_, 0));
    }
}

bool session::body_is_here() const noexcept
{
    return !head_->chunked_once && used_ - parsed_ >= head_->length.value_or(0);
}

response_options session::options(bool close) const
{
    response_options o;
    o.close = close;
    const bool known = head_->is_header_done();
    o.keep_alive10 = known && !close && head_->version < 11;
    o.head = known && head_->method == http::verb::head;
    return o;
}

std::string session::client() const
{
    const std::string_view forwarded =
        buffer_ ? head_->forwarded_for.in(buffer_.data()) : std::string_view{};
    return home_.shared().trusted.client(peer_, forwarded);
}

void session::refuse_log(request_outcome o) const
{
    std::uint64_t suppressed = 0;
    if (!home_.may_log(o, suppressed))
        return;
    log::warn(
        "request refused",
        {{"error.type", name(o)},
         {"client.address", client()},
         {"webhook.endpoint", head_->endpoint ? std::string_view{head_->endpoint->to->path} : ""},
         {"suppressed", suppressed}}
    );
}

}  // namespace webhookd
