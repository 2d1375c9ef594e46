#include "commands/admin_client.hpp"

#include "commands/send_requests.hpp"
#include "commands/server_events.hpp"
#include "net/resolve.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <simdjson.h>

#include <optional>
#include <vector>

// The one file of the client commands that reads and writes HTTP: it takes long to compile.
namespace webhookd::commands {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using any_protocol = asio::generic::stream_protocol;
using stream_type = beast::basic_stream<any_protocol, executor>;

constexpr std::chrono::seconds connect_limit{5};
constexpr std::chrono::seconds answer_limit{30};
constexpr std::uint64_t body_bytes_max = 64u << 20;

// `detail` of a problem document, or its status where it is none.
std::string problem_text(int status, const std::string& body)
{
    simdjson::dom::parser parser;
    std::string_view detail;
    if (parser.parse(body)["detail"].get_string().get(detail) == simdjson::SUCCESS)
        return std::string{detail};
    return "the daemon answered " + std::to_string(status);
}

}  // namespace

class admin_client::body {
public:
    explicit body(const admin_target& target) : name_{target.address}
    {
        if (!target.token_file.empty())
            token_ = read_secret_file(target.token_file);
        else if (!target.token_env.empty())
            token_ = read_secret_variable(target.token_env);
        if (name_.starts_with("unix:")) {
            addresses_.emplace_back(asio::local::stream_protocol::endpoint{name_.substr(5)});
            host_ = "localhost";
            return;
        }
        const auto colon = name_.rfind(':');
        if (colon == std::string::npos)
            throw std::runtime_error("--admin: " + name_ + " is neither host:port nor unix:/path");
        std::string host = name_.substr(0, colon);
        if (host.starts_with('[') && host.ends_with(']'))
            host = host.substr(1, host.size() - 2);
        const auto found = resolve(host, name_.substr(colon + 1));
        if (!found)
            throw unreachable(name_ + " cannot be found: " + found.error().message());
        addresses_.assign(found->begin(), found->end());
        host_ = name_;
    }

    http::request<http::string_body> make(
        const std::string& method, const std::string& target, const std::string& content
    ) const
    {
        http::request<http::string_body> m;
        m.method_string(method);
        m.target(target);
        m.version(11);
        m.set(http::field::host, host_);
        m.set(http::field::user_agent, "connectly-webhookd/" WEBHOOKD_VERSION);
        if (token_)
            m.set(http::field::authorization, "Bearer " + std::string{token_->bytes()});
        if (!content.empty())
            m.set(http::field::content_type, "application/json");
        m.body() = content;
        m.prepare_payload();
        return m;
    }

    // Runs a coroutine to its end on this thread.
    void run(task<void> work)
    {
        std::exception_ptr thrown;
        asio::co_spawn(io_, std::move(work), [&](std::exception_ptr e) { thrown = e; });
        io_.restart();
        io_.run();
        if (thrown)
            std::rethrow_exception(thrown);
    }

    task<void> connect(stream_type& stream)
    {
        boost::system::error_code failed;
        for (const auto& address : addresses_) {
            stream.expires_after(connect_limit);
            stream.close();
            auto [ec] = co_await stream.async_connect(address, use_tuple);
            failed = ec;
            if (!ec)
                co_return;
        }
        throw unreachable(name_ + " cannot be reached: " + failed.message());
    }

    task<void> write(stream_type& stream, http::request<http::string_body>& m)
    {
        stream.expires_after(answer_limit);
        auto [ec, n] = co_await http::async_write(stream, m, use_tuple);
        if (ec)
            throw unreachable(name_ + ": " + ec.message());
    }

    task<void> exchange(http::request<http::string_body>& m, std::string& answer)
    {
        const auto ex = co_await asio::this_coro::executor;
        stream_type stream{ex};
        co_await connect(stream);
        co_await write(stream, m);
        beast::flat_buffer buffer;
        http::response_parser<http::string_body> parser;
        parser.body_limit(body_bytes_max);
        auto [ec, n] = co_await http::async_read(stream, buffer, parser, use_tuple);
        if (ec)
            throw unreachable(name_ + ": " + ec.message());
        const int status = static_cast<int>(parser.get().result_int());
        answer = std::move(parser.get().body());
        if (status / 100 != 2)
            throw admin_refusal(status, problem_text(status, answer));
    }

    task<void> follow(
        http::request<http::string_body>& m,
        const std::function<bool(std::string_view, std::string_view)>& take
    )
    {
        const auto ex = co_await asio::this_coro::executor;
        stream_type stream{ex};
        co_await connect(stream);
        co_await write(stream, m);
        beast::flat_buffer buffer;
        http::response_parser<http::string_body> parser;
        parser.body_limit(boost::none);
        auto [failed, header] = co_await http::async_read_header(stream, buffer, parser, use_tuple);
        if (failed)
            throw unreachable(name_ + ": " + failed.message());
        const int status = static_cast<int>(parser.get().result_int());
        if (status != 200) {
            co_await http::async_read(stream, buffer, parser, use_tuple);  // as much as there is
            throw admin_refusal(status, problem_text(status, parser.get().body()));
        }
        server_events events;
        bool go_on = take({}, {});
        while (go_on && !parser.is_done()) {
            // The daemon says something every 15 s, if only that all is quiet.
            stream.expires_after(2 * answer_limit);
            auto [ec, n] = co_await http::async_read_some(stream, buffer, parser, use_tuple);
            if (ec && ec != http::error::end_of_stream)
                throw unreachable(name_ + ": " + ec.message());
            go_on = events.feed(parser.get().body(), take);
            parser.get().body().clear();
            if (ec)
                co_return;
        }
    }

private:
    const std::string name_;
    std::string host_;
    std::optional<secret_value> token_;
    asio::io_context io_{1};
    std::vector<any_protocol::endpoint> addresses_;
};

admin_client::admin_client(const admin_target& target) : body_{std::make_unique<body>(target)} {}

admin_client::~admin_client() = default;

std::string admin_client::request(
    const std::string& method, const std::string& target, const std::string& content
)
{
    auto m = body_->make(method, target, content);
    std::string answer;
    body_->run(body_->exchange(m, answer));
    return answer;
}

void admin_client::stream(
    const std::string& target,
    const std::string& last_event_id,
    const std::function<bool(std::string_view id, std::string_view data)>& take
)
{
    auto m = body_->make("GET", target, {});
    m.set(http::field::accept, "text/event-stream");
    if (!last_event_id.empty())
        m.set("Last-Event-ID", last_event_id);
    body_->run(body_->follow(m, take));
}

}  // namespace webhookd::commands
