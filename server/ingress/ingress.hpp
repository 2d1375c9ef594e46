#pragma once

#include "commit/committer.hpp"
#include "ingress/network_thread.hpp"
#include "ingress/settings.hpp"
#include "ingress/stats.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

/// The way in. Requests come over the listeners' ports to network threads that share nothing:
///
///     accept → TLS → header → framing guards → signature header there? → body → HMAC
///            → parse → committer → (fsync) → 200
///
/// Invariants: 200 is only said after the commit; an unsigned body is never parsed, stored or
/// echoed; every wait has a deadline and every buffer a limit.
namespace webhookd {

/// Where a listener is bound.
struct bound_address {
    std::string address;
    std::uint16_t port = 0;
};

/// A port that cannot be had: exit code 69.
class bind_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class ingress {
public:
    /// Binds every listener and loads the certificates. `readiness` may be called by any thread.
    /// @throws bind_error, std::runtime_error (TLS), std::invalid_argument (settings)
    ingress(
        ingress_settings settings,
        committer& commits,
        std::function<std::vector<std::string>()> readiness
    );

    /// Starts the network threads: from here on requests are served.
    void start();

    /// One a listener, in the config's order.
    const std::vector<bound_address>& addresses() const noexcept { return addresses_; }

    /// Takes over endpoints, secrets and certificates from `fresh`; listeners and limits stay.
    /// @throws std::runtime_error, std::invalid_argument  Nothing was changed.
    void reload(const ingress_settings& fresh);

    /// From now on answers say `Connection: close`.
    void announce_closing() noexcept { shared_.closing = true; }

    /// No new connections; idle ones end, the others after the request in hand.
    void drain();
    /// Waits until all connections have ended. False: `limit` passed.
    bool join(std::chrono::milliseconds limit);
    /// Ends every connection, and waits for the threads.
    void terminate();

    /// What was counted. Any thread.
    ingress_snapshot snapshot() const;

private:
    std::vector<const endpoint*> endpoint_infos(const std::vector<endpoint_settings>& from);
    void bind(const listener_settings& settings, std::size_t index);

    ingress_settings settings_;
    ingress_shared shared_;
    std::deque<endpoint> endpoints_;  ///< Every endpoint there ever was; addresses are stable.
    std::vector<bound_address> addresses_;
    mutable std::mutex mutex_;  ///< Guards what a reload changes and a scrape reads.
    std::vector<std::pair<std::string, std::int64_t>> certificates_;
    std::vector<std::unique_ptr<network_thread>> threads_;
};

}  // namespace webhookd
