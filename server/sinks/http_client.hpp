#pragma once

#include "sinks/http_connection.hpp"
#include "sinks/name_lookup.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd {

/// Requests to one server over a pool of kept-alive connections. One thread.
class http_client {
public:
    struct settings {
        http_url to;
        http_timeouts timeouts;
        std::size_t idle_max = 8;               ///< Connections kept open without a request.
        std::chrono::seconds idle_timeout{60};  ///< Then they are closed.
    };

    /// @param tls  None where `to` is plain.
    http_client(executor ex, settings s, std::optional<client_tls> tls);

    /// Sends `request` and reads the answer. A kept-alive connection that turns out to be closed
    /// is replaced by a fresh one at once.
    task<http_answer> send(std::string request);

    /// Ends every request under way, and later ones at once.
    void cancel();

private:
    struct idle_connection {
        std::unique_ptr<http_connection> connection;
        steady::time_point since;
    };

    std::unique_ptr<http_connection> take_idle();
    void give_back(std::unique_ptr<http_connection> connection);
    task<http_answer> use(
        http_connection& c, std::string_view request, steady::time_point deadline
    );
    task<http_answer> send_fresh(std::string_view request, steady::time_point deadline);

    const executor ex_;
    const settings settings_;
    const std::optional<client_tls> tls_;
    name_lookup names_;
    std::vector<idle_connection> idle_;  ///< The longest idle first.
    std::set<http_connection*> active_;
    bool cancelled_ = false;
};

}  // namespace webhookd
