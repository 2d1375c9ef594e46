#pragma once

#include "commit/committer.hpp"
#include "ingress/counters.hpp"
#include "ingress/responses.hpp"
#include "ingress/routes.hpp"
#include "ingress/session.hpp"
#include "ingress/settings.hpp"
#include "net/address.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace webhookd {

/// A traffic listener, as one thread sees it.
struct listener {
    std::size_t index = 0;  ///< Its place in the config.
    bool proxy_protocol = false;
    std::shared_ptr<const tls_context> tls;  ///< Null: plain. Swapped by a reload, on the thread.
};

/// What all network threads share. Read only, or atomic.
struct ingress_shared {
    committer& commits;
    std::function<std::vector<std::string>()> readiness;  ///< Why not ready; any thread.
    limit_settings limits;
    trusted_proxies trusted;
    std::atomic<std::uint32_t> connections{0};
    std::atomic<bool> closing{false};  ///< Draining: every answer says `Connection: close`.
    unsigned threads = 1;
};

/// One network thread: its own io_context, its own acceptor on each port (SO_REUSEPORT), its
/// connections. Nothing in it is shared but `ingress_shared`.
class network_thread final : public completion_inbox {
public:
    explicit network_thread(ingress_shared& shared);
    ~network_thread() override;

    /// Before `start`. `acceptor_fd` is a bound, listening socket; it is owned from here on.
    void add_listener(listener l, int acceptor_fd, tcp protocol);

    void set_routes(std::shared_ptr<const routes> r) { routes_ = std::move(r); }

    void start();
    /// Any thread: new routes and TLS contexts (by listener index) for what comes from now on.
    void reload(
        std::shared_ptr<const routes> r, std::vector<std::shared_ptr<const tls_context>> tls
    );
    /// Any thread: no new connections, idle ones end, the others after their request.
    void drain();
    /// Any thread: every connection ends now.
    void terminate();
    /// Waits until the thread has ended.
    void join();

    bool ended() const noexcept { return ended_; }

    void deliver(std::vector<std::unique_ptr<submission>> finished) override;

    // For the sessions, on this thread.
    ingress_shared& shared() noexcept { return shared_; }

    const limit_settings& limits() const noexcept { return shared_.limits; }

    const std::shared_ptr<const routes>& current_routes() const noexcept { return routes_; }

    thread_counters& counters() noexcept { return counters_; }

    const response_texts& texts() const noexcept { return texts_; }

    bool closing() const noexcept { return shared_.closing.load(std::memory_order_relaxed); }

    void add(session& s) { all_.push_back(s); }

    void add_idle(session& s) { idle_.push_back(s); }

    /// Counts `bytes` of a body against the thread's share of `max_queue`; false: none left.
    bool reserve(std::size_t bytes) noexcept;

    void release(std::size_t bytes) noexcept { reserved_ -= bytes; }

    /// One line a second and outcome at the most; the others are counted in the next.
    bool may_log(request_outcome o, std::uint64_t& suppressed);

    const thread_counters& counters() const noexcept { return counters_; }

private:
    struct door {
        listener settings;
        tcp_acceptor acceptor;
    };

    task<> accept_loop(door& d);
    task<> tick();
    bool make_room();
    void resume(std::vector<std::unique_ptr<submission>> finished);

    ingress_shared& shared_;
    thread_counters counters_;
    response_texts texts_;
    std::shared_ptr<const routes> routes_;
    boost::intrusive::list<
        session,
        boost::intrusive::base_hook<list_hook<in_all>>,
        boost::intrusive::constant_time_size<false>>
        all_;
    boost::intrusive::list<
        session,
        boost::intrusive::base_hook<list_hook<in_idle>>,
        boost::intrusive::constant_time_size<false>>
        idle_;
    std::size_t reserved_ = 0;
    bool draining_ = false;

    struct log_gate {
        steady::time_point last{};
        std::uint64_t suppressed = 0;
    };

    std::array<log_gate, request_outcomes> gates_;

    // After all that a coroutine's end may touch; before what needs the context.
    asio::io_context context_{1};
    std::vector<std::unique_ptr<door>> doors_;
    std::thread thread_;
    std::atomic<bool> ended_{false};
};

}  // namespace webhookd
