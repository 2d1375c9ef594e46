#include "ingress/network_thread.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace webhookd {

namespace {

constexpr std::chrono::milliseconds tick_interval{100};
constexpr std::chrono::milliseconds accept_pause{100};  // after EMFILE and the like
constexpr std::chrono::seconds log_interval{1};

using timer = asio::basic_waitable_timer<steady, asio::wait_traits<steady>, executor>;

// What a coroutine of ours throws is a bug: it is told, and ends that coroutine alone.
void log_exception(std::exception_ptr thrown)
{
    if (!thrown)
        return;
    try {
        std::rethrow_exception(thrown);
    }
    catch (const std::exception& e) {
        log::error("a connection ended by an exception", {{"exception.message", e.what()}});
    }
}

}  // namespace

network_thread::network_thread(ingress_shared& shared) : shared_{shared} {}

network_thread::~network_thread()
{
    join();
}

void network_thread::add_listener(listener l, int acceptor_fd, tcp protocol)
{
    auto d = std::make_unique<door>(door{std::move(l), tcp_acceptor{context_}});
    d->acceptor.assign(protocol, acceptor_fd);
    doors_.push_back(std::move(d));
}

void network_thread::start()
{
    for (const auto& d : doors_)
        asio::co_spawn(context_, accept_loop(*d), log_exception);
    asio::co_spawn(context_, tick(), log_exception);
    thread_ = std::thread{[this] {
        context_.run();
        ended_ = true;
    }};
}

void network_thread::join()
{
    if (thread_.joinable())
        thread_.join();
}

task<> network_thread::accept_loop(door& d)
{
    timer pause{context_};
    while (!draining_) {
        auto [ec, socket] = co_await d.acceptor.async_accept(use_tuple);
        if (draining_)
            break;
        if (ec) {
            log::warn("cannot accept a connection", {{"error.message", ec.message()}});
            pause.expires_after(accept_pause);
            co_await pause.async_wait(use_tuple);
            continue;
        }
        if (!make_room()) {
            counters_.refused_connections.add();
            continue;
        }
        counters_.accepted_connections.add();
        boost::system::error_code ignored;
        socket.native_non_blocking(true, ignored);
        socket.set_option(tcp::no_delay{true}, ignored);
        auto made = std::make_unique<session>(*this, std::move(socket), d.settings);
        asio::co_spawn(context_, session::run(std::move(made)), log_exception);
    }
}

// At the limit the connection that has idled longest gives way to the new one.
bool network_thread::make_room()
{
    if (shared_.connections.load(std::memory_order_relaxed) < limits().max_connections)
        return true;
    if (idle_.empty())
        return false;
    session& oldest = idle_.front();
    idle_.pop_front();
    oldest.abort();
    return true;
}

task<> network_thread::tick()
{
    timer next{context_};
    while (!(draining_ && all_.empty())) {
        next.expires_after(tick_interval);
        co_await next.async_wait(use_tuple);
        texts_.refresh(std::time(nullptr));
        const auto at = steady::now();
        for (auto i = all_.begin(); i != all_.end();) {
            session& s = *i++;
            s.check_deadline(at);
        }
    }
}

void network_thread::deliver(std::vector<std::unique_ptr<submission>> finished)
{
    asio::post(context_, [this, list = std::move(finished)]() mutable { resume(std::move(list)); });
}

void network_thread::resume(std::vector<std::unique_ptr<submission>> finished)
{
    for (const auto& one : finished)
        if (one->waiter != nullptr)
            static_cast<session*>(one->waiter)->on_committed(*one);
}

void network_thread::reload(
    std::shared_ptr<const routes> r, std::vector<std::shared_ptr<const tls_context>> tls
)
{
    asio::post(context_, [this, r = std::move(r), tls = std::move(tls)]() mutable {
        routes_ = std::move(r);
        for (const auto& d : doors_)
            d->settings.tls = tls[d->settings.index];
    });
}

void network_thread::drain()
{
    asio::post(context_, [this] {
        draining_ = true;
        boost::system::error_code ignored;
        for (const auto& d : doors_)
            d->acceptor.close(ignored);
        for (session& s : all_)
            s.close_if_idle();
    });
}

void network_thread::terminate()
{
    asio::post(context_, [this] {
        for (session& s : all_)
            s.abort();
    });
}

bool network_thread::reserve(std::size_t bytes) noexcept
{
    if (reserved_ + bytes > limits().max_queue / shared_.threads)
        return false;
    reserved_ += bytes;
    return true;
}

bool network_thread::may_log(request_outcome o, std::uint64_t& suppressed)
{
    log_gate& gate = gates_[static_cast<std::size_t>(o)];
    const auto at = steady::now();
    if (gate.last != steady::time_point{} && at - gate.last < log_interval) {
        ++gate.suppressed;
        return false;
    }
    gate.last = at;
    suppressed = std::exchange(gate.suppressed, 0);
    return true;
}

}  // namespace webhookd
