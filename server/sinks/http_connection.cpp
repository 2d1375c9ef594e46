// The one file that parses answers with Beast: it takes long to compile.
#include "sinks/http_connection.hpp"

#include "sinks/client_stream.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace webhookd {

namespace http = boost::beast::http;

namespace {

using parser = http::response_parser<http::string_body>;

constexpr std::size_t read_bytes = 16 * 1024;
constexpr int informational_max = 16;  // More 1xx answers than anybody sends.

// An answer as it comes in, piece by piece.
class answer_reader {
public:
    answer_reader() { begin(); }

    /// Takes bytes in. @return true where the answer is complete, or cannot be read on.
    bool take(std::string_view bytes)
    {
        held_.append(bytes);
        while (!done_ && !held_.empty()) {
            error_code ec;
            const std::size_t used = parser_->put(asio::buffer(held_), ec);
            held_.erase(0, used);
            if (ec == http::error::need_more)
                break;
            if (ec)
                return fail(ec);
            if (parser_->is_done())
                finish();
            else if (used == 0)
                break;
        }
        return done_;
    }

    /// The stream ended.
    void end()
    {
        error_code ec;
        if (!done_ && parser_->is_header_done())
            parser_->put_eof(ec);
    }

    http_answer answer(std::string failure) const
    {
        http_answer a;
        a.nothing_came = !started_;
        a.failure = std::move(failure);
        if (!failure_.empty())
            a.failure = failure_;
        if (!head_known_ && !parser_->is_header_done())
            return a;
        // A whole head is an answer, however its body ends.
        a.status = parser_->get().result_int();
        const auto field = parser_->get().find(http::field::retry_after);
        if (field != parser_->get().end())
            a.retry_after = field->value();
        a.reusable = done_ && failure_.empty() && parser_->keep_alive() && held_.empty();
        return a;
    }

    void started() { started_ = true; }

private:
    void begin()
    {
        parser_.emplace();
        parser_->eager(true);
        parser_->header_limit(http_connection::head_bytes_max);
        parser_->body_limit(http_connection::answer_bytes_max);
    }

    bool fail(const error_code& ec)
    {
        head_known_ = ec == http::error::body_limit;
        failure_ = "cannot read the answer: " + ec.message();
        done_ = true;
        return true;
    }

    void finish()
    {
        const unsigned status = parser_->get().result_int();
        if (status >= 200 || status == 101) {
            done_ = true;
            return;
        }
        if (++informational_ > informational_max)
            fail(http::error::bad_status);
        else
            begin();
    }

    std::optional<parser> parser_;
    std::string held_;
    std::string failure_;
    int informational_ = 0;
    bool started_ = false, head_known_ = false, done_ = false;
};

}  // namespace

class http_connection::inside : public client_stream {
public:
    using client_stream::client_stream;
};

http_connection::http_connection(executor ex, const http_timeouts& timeouts, name_lookup& names)
    : in_{std::make_shared<inside>(ex, timeouts, names)}
{
}

http_connection::~http_connection()
{
    in_->abort();
}

void http_connection::abort()
{
    in_->abort();
}

bool http_connection::alive() const noexcept
{
    return in_->alive();
}

task<std::string> http_connection::connect(
    const http_url& to, const client_tls* tls, steady::time_point deadline
)
{
    return in_->connect(to, tls, deadline);
}

task<http_answer> http_connection::exchange(std::string_view request, steady::time_point deadline)
{
    auto in = in_;
    answer_reader reader;
    // A server may answer, and close, before it has read everything: so a failed write is no end.
    std::string failure = co_await in->write(request, deadline);
    in->limit(in->timeouts().first_byte, deadline, "no answer in time");
    // No answer is there yet: asking the socket first would only be a call in vain.
    if (failure.empty())
        failure = co_await in->readable();
    std::string buffer(read_bytes, '\0');
    for (;;) {
        const auto got = co_await in->read(buffer);
        if (got.size == 0) {
            reader.end();
            if (failure.empty())
                failure = got.failure;
            break;
        }
        reader.started();
        in->limit(in->timeouts().whole, deadline, "the answer took too long");
        const bool complete = reader.take(std::string_view{buffer}.substr(0, got.size));
        if (complete)
            break;
    }
    in->unlimit();
    auto answer = reader.answer(std::move(failure));
    answer.closed = in->closed_by_peer();
    co_return answer;
}

}  // namespace webhookd
