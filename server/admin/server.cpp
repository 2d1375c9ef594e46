#include "admin/admin.hpp"
#include "admin/session.hpp"
#include "base/log.hpp"
#include "net/address.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cstring>
#include <list>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace webhookd {

namespace {

constexpr std::size_t connections_max = 64;
constexpr std::string_view unix_prefix = "unix:";

using any_protocol = asio::generic::stream_protocol;
using acceptor_type = asio::basic_socket_acceptor<any_protocol, executor>;

}  // namespace

class admin_server::body {
public:
    body(const admin_settings& settings, admin_sources sources)
        : io_{std::make_shared<asio::io_context>(1)},
          acceptor_{*io_},
          unix_{std::string_view{settings.address}.starts_with(unix_prefix)},
          shared_{
              admin_api{std::move(sources), io_},
              admin_access{settings.token, unix_},
              io_->get_executor(),
              {}
          }
    {
        if (unix_)
            bind_unix(settings.address.substr(unix_prefix.size()));
        else
            bind_tcp(settings);
    }

    ~body() { stop(); }

    void start()
    {
        asio::co_spawn(*io_, accept(), asio::detached);
        thread_ = std::thread{[this] { io_->run(); }};
    }

    void publish(shared_batch batch)
    {
        if (shared_.streams.load() == 0)
            return;
        asio::post(*io_, [this, batch = std::move(batch)] {
            for (live_client* client : shared_.live)
                client->take(batch);
        });
    }

    void stop();

    const std::string& address() const noexcept { return address_; }

    std::uint16_t port() const noexcept { return port_; }

private:
    using sessions = std::list<std::unique_ptr<admin_session>>;

    void bind_tcp(const admin_settings& settings);
    void bind_unix(const std::string& path);
    void listen(const any_protocol::endpoint& at, const std::string& what);
    task<void> accept();
    task<void> serve(sessions::iterator at);
    void close_all();

    std::shared_ptr<asio::io_context> io_;
    acceptor_type acceptor_;
    const bool unix_;
    admin_shared shared_;
    sessions sessions_;
    std::string address_;
    std::uint16_t port_ = 0;
    std::string path_;  ///< Of the unix socket, to be removed at the end.
    std::thread thread_;
};

void admin_server::body::listen(const any_protocol::endpoint& at, const std::string& what)
{
    boost::system::error_code ec;
    acceptor_.open(at.protocol(), ec);
    if (!ec && !unix_)
        acceptor_.set_option(asio::socket_base::reuse_address{true}, ec);
    if (!ec)
        acceptor_.bind(at, ec);
    if (!ec)
        acceptor_.listen(64, ec);
    if (ec)
        throw admin_bind_error{"admin: cannot listen on " + what + ": " + ec.message()};
}

void admin_server::body::bind_tcp(const admin_settings& settings)
{
    const auto at = parse_endpoint(settings.address);
    if (!at)
        throw std::invalid_argument{
            "admin: address " + settings.address + " is neither host:port nor unix:/path"
        };
    if (!settings.token && !at->address().is_loopback())
        throw std::invalid_argument{
            "admin: without a token the address must be loopback or a unix socket"
        };
    listen(*at, settings.address);
    const any_protocol::endpoint bound = acceptor_.local_endpoint();
    tcp::endpoint own;
    std::memcpy(own.data(), bound.data(), bound.size());
    own.resize(bound.size());
    port_ = own.port();
    const std::string host = own.address().to_string();
    address_ = (own.address().is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(own.port());
}

// A socket file that nobody listens on any more is left from a process that was killed.
void admin_server::body::bind_unix(const std::string& path)
{
    if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path))
        throw std::invalid_argument{"admin: the path of the unix socket is empty or too long"};
    const asio::local::stream_protocol::endpoint at{path};
    struct stat info{};
    if (::lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) {
        asio::local::stream_protocol::socket knock{*io_};
        boost::system::error_code ec;
        knock.connect(at, ec);
        if (ec == asio::error::connection_refused)
            ::unlink(path.c_str());
    }
    listen(at, path);
    ::chmod(path.c_str(), 0660);
    path_ = path;
    address_ = std::string{unix_prefix} + path;
}

task<void> admin_server::body::accept()
{
    while (!shared_.stopping) {
        auto [ec, socket] = co_await acceptor_.async_accept(use_tuple);
        if (shared_.stopping)
            co_return;
        if (ec) {
            log::warn("an admin connection cannot be taken", {{"error.message", ec.message()}});
            admin_timer pause{*io_, std::chrono::milliseconds{100}};  // out of descriptors, say
            co_await pause.async_wait(use_tuple);
            continue;
        }
        if (sessions_.size() >= connections_max)
            continue;  // closed as it goes out of scope
        sessions_.push_front(make_admin_session(std::move(socket), shared_));
        asio::co_spawn(*io_, serve(sessions_.begin()), asio::detached);
    }
}

task<void> admin_server::body::serve(sessions::iterator at)
{
    try {
        co_await (*at)->run();
    }
    catch (const std::exception& e) {
        log::error("an admin connection failed", {{"error.message", std::string{e.what()}}});
    }
    sessions_.erase(at);
}

void admin_server::body::close_all()
{
    shared_.stopping = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    shared_.api.stop();
    for (live_client* client : shared_.live)
        client->stop();
    for (auto& s : sessions_)
        s->close();
}

void admin_server::body::stop()
{
    if (thread_.joinable()) {
        asio::post(*io_, [this] { close_all(); });
        thread_.join();
    }
    if (!path_.empty())
        ::unlink(path_.c_str());
    path_.clear();
}

admin_server::admin_server(const admin_settings& settings, admin_sources sources)
    : body_{std::make_unique<body>(settings, std::move(sources))}
{
}

admin_server::~admin_server() = default;

void admin_server::start()
{
    body_->start();
}

void admin_server::publish(shared_batch batch)
{
    body_->publish(std::move(batch));
}

void admin_server::stop()
{
    body_->stop();
}

const std::string& admin_server::address() const noexcept
{
    return body_->address();
}

std::uint16_t admin_server::port() const noexcept
{
    return body_->port();
}

}  // namespace webhookd
