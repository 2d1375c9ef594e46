// The data path: one request, from its first byte to its answer.

#include "ingress/network_thread.hpp"
#include "ingress/session.hpp"

#include <algorithm>
#include <cstring>

namespace webhookd {

namespace {

namespace http = boost::beast::http;

constexpr std::chrono::milliseconds commit_limit{30'000};

request_outcome outcome_of(const error_code& ec) noexcept
{
    if (!ec)
        return request_outcome::accepted;
    switch (static_cast<errc>(ec.value())) {
        case errc::missing_signature: return request_outcome::missing_signature;
        case errc::malformed_signature: return request_outcome::malformed_signature;
        case errc::signature_mismatch: return request_outcome::signature_mismatch;
        case errc::queue_full: return request_outcome::queue_full;
        case errc::store_full: return request_outcome::store_full;
        case errc::stopping: return request_outcome::stopping;
        default: return request_outcome::store_failed;
    }
}

}  // namespace

task<session::next> session::serve_request()
{
    const bool complete = co_await read_header();
    if (!complete) {
        if (problem_ == request_outcome::accepted)
            co_return next::drop;
        const next end = co_await answer(problem_);
        co_return end;
    }
    first_ = false;
    started_ = steady::now();

    const std::string_view path = path_of(head_->target.in(buffer_.data()));
    request_outcome refusal = check_header();
    if (refusal == request_outcome::not_found && is_health(path)) {
        const next end = co_await answer_health(path);
        co_return end;
    }
    if (refusal != request_outcome::accepted) {
        const next end = co_await answer(refusal);
        co_return end;
    }

    if (head_->expects_continue && head_->version >= 11 && !body_is_here()) {
        const bool told = co_await write_all(continue_text);
        if (!told)
            co_return next::drop;
    }
    enter(phase::body, home_.limits().body_timeout);
    body_started_ = started_;
    bool whole = false;
    if (head_->chunked_once)
        whole = co_await read_chunked_body();
    else if (body_is_here())
        whole =
            (body_ = {buffer_.data() + parsed_, static_cast<std::size_t>(*head_->length)}, true);
    else
        whole = co_await read_sized_body();
    if (!whole) {
        if (problem_ == request_outcome::accepted)
            co_return next::drop;
        const next end = co_await answer(problem_);
        co_return end;
    }
    const next end = co_await take_event();
    co_return end;
}

// Everything that can be said before the body is read (design §3).
request_outcome session::check_header() const
{
    const request_head& h = *head_;
    if (h.bad || !clean_header_bytes({buffer_.data(), parsed_}))
        return request_outcome::bad_framing;
    if (h.endpoint == nullptr)
        return request_outcome::not_found;
    if (h.method != http::verb::post)
        return request_outcome::method_not_allowed;
    if (!h.length && !h.chunked_once)
        return request_outcome::length_required;
    if (h.length && *h.length > home_.limits().max_body)
        return request_outcome::body_too_large;
    if (const auto refused = h.endpoint->worker->check_headers(header_values()))
        return outcome_of(refused);
    return outcome_of(home_.shared().commits.ready_for(h.length.value_or(0)));
}

// Verify, parse, hand over, wait until it is durable, answer.
task<session::next> session::take_event()
{
    const route& to = *head_->endpoint;
    const verdict proof = to.worker->verify(header_values(), body_, now());
    if (proof.refusal) {
        const next end = co_await answer(outcome_of(proof.refusal));
        co_return end;
    }
    to.counters->secrets[proof.secret].add();

    const response_options answer_options = options(home_.closing() || !head_->keep_alive());
    auto event = make_submission();
    pending_ = event.get();
    request_outcome result = outcome_of(home_.shared().commits.submit(event));
    if (result == request_outcome::accepted) {
        enter(phase::commit, commit_limit);
        const auto store_handler = [this](auto&& handler) {
            waiter_.emplace(std::forward<decltype(handler)>(handler));
        };
        result = co_await asio::
            async_initiate<const asio::use_awaitable_t<executor>, void(request_outcome)>(
                store_handler, asio::use_awaitable_t<executor>{}
            );
    }
    pending_ = nullptr;
    if (aborted_)
        co_return next::drop;
    if (result != request_outcome::accepted && result != request_outcome::duplicate) {
        const next end = co_await answer(result);
        co_return end;
    }

    to.counters->count(result);
    bool told = true;
    if (!answer_options.close && !answer_options.keep_alive10) {
        const std::string_view text = home_.texts().accepted();
        const auto out = transport_.write(text.data(), text.size());
        if (out.size != text.size()) {
            const std::string rest{text.substr(out.size)};
            told = co_await write_all(rest);
        }
    }
    else {
        const std::string text = home_.texts().accepted(answer_options);
        told = co_await write_all(text);
    }
    home_.counters().observe(steady::now() - started_);
    if (!told)
        co_return next::drop;
    co_return answer_options.close ? next::linger : next::keep;
}

// Moves the request's bytes into a submission, and what came behind them to a new buffer.
std::unique_ptr<submission> session::make_submission()
{
    const request_head& h = *head_;
    auto made = std::make_unique<submission>();
    receipt& r = made->in;
    const provider_header_values values = header_values();
    const std::string_view content_type = h.content_type.in(buffer_.data());
    std::size_t end = parsed_;
    r.body = body_;
    r.signature = values[0];
    r.content_type = content_type;
    if (h.chunked_once) {
        // The header's buffer stays here: the two values move behind the body.
        block together{chunked_size_ + r.signature.size() + content_type.size()};
        char* at = together.data();
        const auto moved = [&at](std::string_view text) {
            char* const begin = at;
            at = std::copy(text.begin(), text.end(), at);
            return std::string_view{begin, text.size()};
        };
        r.body = moved(body_);
        r.signature = moved(r.signature);
        r.content_type = moved(content_type);
        r.memory = std::move(together);
        chunked_ = block{};
        chunked_size_ = 0;
    }
    else {
        end += body_.size();
    }
    r.to = h.endpoint->to;
    r.received = now();
    made->home = &home_;
    made->waiter = this;

    block rest;
    const std::size_t rest_size = used_ - end;
    if (rest_size != 0) {
        rest = block{std::max<std::size_t>(rest_size, 4096)};
        std::memcpy(rest.data(), buffer_.data() + end, rest_size);
    }
    if (!h.chunked_once)
        r.memory = std::move(buffer_);
    h.endpoint->worker->parse(r);
    buffer_ = std::move(rest);
    used_ = rest_size;
    parsed_ = 0;
    home_.release(std::exchange(reserved_, 0));
    return made;
}

void session::on_committed(const submission& finished)
{
    pending_ = nullptr;
    request_outcome result = outcome_of(finished.outcome);
    if (result == request_outcome::accepted && finished.duplicate)
        result = request_outcome::duplicate;
    auto handler = std::move(*waiter_);
    waiter_.reset();
    std::move(handler)(result);
}

provider_header_values session::header_values() const noexcept
{
    provider_header_values values;
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = head_->provider_headers[i].in(buffer_.data());
    return values;
}

}  // namespace webhookd
