#pragma once

#include "admin/admin.hpp"
#include "commit/committer.hpp"
#include "config/settings.hpp"
#include "dispatch/dispatcher.hpp"
#include "ingress/ingress.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace webhookd {

/// The daemon: owns every module, in start order. The one place that knows them all.
class app {
public:
    /// Opens the store, makes the sinks, binds the ports. Nothing is served yet.
    /// @throws startup_error  with the exit code.
    app(settings s, std::string config_path);
    ~app();

    /// Serves until it is told to stop (SIGTERM, SIGINT), then stops in the order of the data.
    void run();

private:
    void wait_for_signal();
    void on_signal(int signal);
    void reload();
    void pat_watchdog();
    void stop();
    std::unique_ptr<admin_server> make_admin();
    void log_listeners() const;
    std::vector<std::string> not_ready() const;
    void publish(const shared_batch& batch);

    settings settings_;
    const std::string config_path_;
    std::atomic<bool> started_{false};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> reload_good_{true};

    std::unique_ptr<dispatcher> dispatcher_;
    std::unique_ptr<committer> committer_;
    std::unique_ptr<ingress> ingress_;
    std::unique_ptr<admin_server> admin_;
    std::atomic<admin_server*> told_{nullptr};  ///< `admin_` once it is there, for the writer.

    boost::asio::io_context main_{1};
    boost::asio::signal_set signals_{main_};
    boost::asio::steady_timer watchdog_{main_};
};

/// Why the daemon cannot start, and the exit code that says so (design §8).
class startup_error : public std::runtime_error {
public:
    startup_error(int code, const std::string& what) : std::runtime_error{what}, code_{code} {}

    int exit_code() const noexcept { return code_; }

private:
    int code_;
};

}  // namespace webhookd
