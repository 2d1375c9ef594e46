#include "admin/session.hpp"

#include "admin/target.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <array>

// The one file of the admin listener that reads and writes HTTP: it takes long to compile.
namespace webhookd {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::uint32_t header_bytes_max = 16 * 1024;
constexpr std::uint64_t body_bytes_max = 64 * 1024;
constexpr std::chrono::seconds idle_limit{60};
constexpr std::chrono::seconds read_limit{10};
constexpr std::chrono::seconds write_limit{30};
constexpr std::chrono::seconds linger_limit{2};
constexpr std::size_t linger_bytes_max = 1u << 20;

using stream_type = beast::basic_stream<asio::generic::stream_protocol, executor>;
using parser_type = http::request_parser<http::string_body>;
using message_type = http::request<http::string_body>;

// Beast takes some requests that two parsers could read differently (boostorg/beast before 1.92).
bool ambiguous(const message_type& m)
{
    const auto encodings = m.count(http::field::transfer_encoding);
    const auto lengths = m.count(http::field::content_length);
    if (encodings == 0)
        return lengths > 1;
    return encodings > 1 || lengths > 0 || m.version() < 11 ||
           !beast::iequals(m[http::field::transfer_encoding], "chunked");
}

admin_response response_to_error(const beast::error_code& ec)
{
    if (ec == http::error::header_limit)
        return problem_response(431, "header_too_large", "a header may have up to 16 KiB");
    if (ec == http::error::body_limit)
        return problem_response(413, "body_too_large", "a body may have up to 64 KiB");
    return problem_response(400, "bad_request", "the request is not HTTP/1.1");
}

// The connection is over and there is nobody to answer.
bool is_end(const beast::error_code& ec)
{
    return ec == http::error::end_of_stream || ec == http::error::partial_message ||
           ec.category() != http::make_error_code(http::error::end_of_stream).category();
}

class session final : public admin_session {
public:
    session(admin_socket socket, admin_shared& shared) : stream_{std::move(socket)}, shared_{shared}
    {
    }

    task<void> run() override;

    void close() override { stream_.close(); }

private:
    task<beast::error_code> read_header();
    task<beast::error_code> read_body();
    task<bool> serve();
    task<void> linger();
    task<bool> write(admin_response response, bool keep_alive);
    task<void> stream_events(const admin_request& request);
    std::optional<refused_request> refusal(admin_request& request);

    stream_type stream_;
    admin_shared& shared_;
    beast::flat_buffer buffer_{header_bytes_max + body_bytes_max};
    std::optional<parser_type> parser_;
    bool is_head_ = false;
};

task<beast::error_code> session::read_header()
{
    parser_.emplace();
    parser_->header_limit(header_bytes_max);
    parser_->body_limit(body_bytes_max);
    // Waiting for the next request may take longer than reading it.
    stream_.expires_after(buffer_.size() == 0 ? idle_limit : read_limit);
    auto [ec, n] = co_await http::async_read_header(stream_, buffer_, *parser_, use_tuple);
    co_return ec;
}

task<beast::error_code> session::read_body()
{
    stream_.expires_after(read_limit);
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        auto [failed, written] =
            co_await asio::async_write(stream_, asio::buffer(go_on), use_tuple);
        if (failed)
            co_return failed;
    }
    auto [ec, n] = co_await http::async_read(stream_, buffer_, *parser_, use_tuple);
    co_return ec;
}

// Who asks, and what for; before the body is read.
std::optional<refused_request> session::refusal(admin_request& request)
{
    const auto& m = parser_->get();
    is_head_ = m.method() == http::verb::head;
    if (ambiguous(m))
        return refused_request{400, "bad_framing", "the request's framing is ambiguous"};
    if (m.count(http::field::host) > 1 || (m.version() >= 11 && m.count(http::field::host) == 0))
        return refused_request{400, "bad_request", "there must be one Host header"};
    const std::string_view target = m.target();
    const std::string_view path = target.substr(0, target.find('?'));
    admin_access::credentials c;
    c.authorization = m[http::field::authorization];
    c.host = m[http::field::host];
    c.origin = m[http::field::origin];
    c.has_origin = m.count(http::field::origin) != 0;
    if (auto refused = shared_.access.check(c, path == "/livez" || path == "/readyz"))
        return refused;
    request.method = m.method_string();
    request.last_event_id = m["Last-Event-ID"];
    try {
        read_target(target, request);
    }
    catch (const refused_request& refused) {
        return refused;
    }
    return std::nullopt;
}

task<bool> session::write(admin_response response, bool keep_alive)
{
    http::response<http::string_body> m;
    m.version(11);
    m.result(static_cast<unsigned>(response.status));
    m.reason(status_title(response.status));
    if (!response.content_type.empty())
        m.set(http::field::content_type, response.content_type);
    m.set(http::field::cache_control, "no-store");
    m.set("X-Content-Type-Options", "nosniff");
    if (response.status == 401)
        m.set(http::field::www_authenticate, "Bearer");
    for (const auto& [name, value] : response.headers)
        m.set(name, value);
    m.keep_alive(keep_alive && !shared_.stopping);
    m.body() = std::move(response.body);
    if (response.status != 204)
        m.prepare_payload();
    if (is_head_)
        m.body().clear();
    http::response_serializer<http::string_body> serializer{m};
    stream_.expires_after(write_limit);
    if (is_head_) {
        auto [ec, n] = co_await http::async_write_header(stream_, serializer, use_tuple);
        co_return !ec && m.keep_alive();
    }
    auto [ec, n] = co_await http::async_write(stream_, serializer, use_tuple);
    co_return !ec && m.keep_alive();
}

task<void> session::stream_events(const admin_request& request)
{
    std::optional<live_client> client;
    std::optional<admin_response> refused;
    try {
        client.emplace(request, *shared_.api.sources().reader, shared_.ex, [this] {
            stream_.close();
        });
    }
    catch (const refused_request& r) {
        refused = problem_response(r.status, r.reason, r.detail);
    }
    if (refused) {
        co_await write(std::move(*refused), false);
        co_return;
    }
    shared_.live.insert(&*client);
    shared_.streams = shared_.live.size();  // before the store is read: no commit is missed
    std::string text =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
        "X-Accel-Buffering: no\r\nConnection: close\r\n\r\n: welcome\n\n";
    for (;;) {
        stream_.expires_after(write_limit);
        auto [ec, n] = co_await asio::async_write(stream_, asio::buffer(text), use_tuple);
        if (ec)
            break;
        auto next = co_await client->next();
        if (!next)
            break;
        text = next->empty() ? std::string{": quiet\n\n"} : std::move(*next);
    }
    shared_.live.erase(&*client);
    shared_.streams = shared_.live.size();
}

// One request and its answer. False: the connection is done with.
task<bool> session::serve()
{
    is_head_ = false;
    auto ec = co_await read_header();
    if (ec && is_end(ec))
        co_return false;
    if (ec) {
        co_await write(response_to_error(ec), false);
        co_return false;
    }
    admin_request request;
    if (auto refused = refusal(request)) {
        admin_response r = problem_response(refused->status, refused->reason, refused->detail);
        const bool whole = parser_->is_done();
        const bool again = co_await write(std::move(r), whole && parser_->keep_alive());
        co_return again;
    }
    ec = co_await read_body();
    if (ec && is_end(ec))
        co_return false;
    if (ec) {
        co_await write(response_to_error(ec), false);
        co_return false;
    }
    const bool keep_alive = parser_->keep_alive();
    request.body = std::move(parser_->get().body());
    const bool stream = request.path == std::vector<std::string>{"v1", "events", "stream"};
    if (stream && request.method == "GET") {
        co_await stream_events(request);
        co_return false;
    }
    stream_.expires_never();
    admin_response answer = co_await shared_.api.answer(request);
    const bool again = co_await write(std::move(answer), keep_alive);
    co_return again;
}

// Closing with a request half read would make the system reset the connection, and the answer
// might never be seen.
task<void> session::linger()
{
    beast::error_code failed;
    stream_.socket().shutdown(admin_socket::shutdown_send, failed);
    stream_.expires_after(linger_limit);
    std::array<char, 4096> waste;
    for (std::size_t passed = 0; !failed && passed < linger_bytes_max;) {
        auto [ec, n] = co_await stream_.async_read_some(asio::buffer(waste), use_tuple);
        failed = ec;
        passed += n;
    }
}

task<void> session::run()
{
    for (;;) {
        const bool again = co_await serve();
        if (!again || shared_.stopping)
            break;
    }
    co_await linger();
    stream_.close();
}

}  // namespace

std::unique_ptr<admin_session> make_admin_session(admin_socket socket, admin_shared& shared)
{
    return std::make_unique<session>(std::move(socket), shared);
}

}  // namespace webhookd
