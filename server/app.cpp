#include "app.hpp"

#include "base/log.hpp"
#include "commands/commands.hpp"
#include "config/load.hpp"
#include "net/address.hpp"
#include "net/systemd.hpp"
#include "providers/provider.hpp"

#include <csignal>
#include <future>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace webhookd {

namespace {

// Connections need descriptors: as many as the system lets us have.
void raise_descriptor_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Events are made in one thread and freed in another, all the time: glibc would give their memory
// back to the system after each commit and fetch it for the next.
void keep_freed_memory()
{
#ifdef __GLIBC__
    ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

// Whoever starts it again (systemd, the container's engine) has the log read anew. Nothing may be
// closed in order here: kill -9 would lose nothing either.
[[noreturn]] void end_for_restart()
{
    log::error(
        "the disk did not take what was written, and may have forgotten it: ending, so that the "
        "next start takes it from the log",
        {{"process.exit_code", commands::exit_store}}
    );
    log::flush();
    std::_Exit(commands::exit_store);
}

std::unique_ptr<store> open_or_fail(const store_settings& s)
{
    auto opened = open_store(s);
    if (opened)
        return std::move(*opened);
    const bool locked = opened.error() == errc::store_locked;
    throw startup_error{
        locked ? commands::exit_store_locked : commands::exit_store,
        "store " + s.path + ": " + opened.error().message()
    };
}

}  // namespace

app::app(settings s, std::string config_path)
    : settings_{std::move(s)}, config_path_{std::move(config_path)}
{
    std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error code, not the end
    raise_descriptor_limit();
    keep_freed_memory();
    auto kept = open_or_fail(settings_.store);
    try {
        dispatcher_ = std::make_unique<dispatcher>(settings_.sinks, settings_.store);
        committer_settings limits;
        limits.queue_bytes_max = settings_.ingress.limits.max_queue;
        limits.on_lost = end_for_restart;
        committer_ = std::make_unique<committer>(
            std::move(kept), limits, [this](shared_batch batch) { publish(batch); }
        );
        ingress_ = std::make_unique<ingress>(settings_.ingress, *committer_, [this] {
            return not_ready();
        });
        if (settings_.admin)
            admin_ = make_admin();
        told_ = admin_.get();
    }
    catch (const admin_bind_error& e) {
        throw startup_error{commands::exit_unavailable, e.what()};
    }
    catch (const bind_error& e) {
        throw startup_error{commands::exit_unavailable, e.what()};
    }
    catch (const startup_error&) {
        throw;
    }
    catch (const std::exception& e) {
        throw startup_error{commands::exit_config, e.what()};
    }
}

app::~app() = default;

void app::publish(const shared_batch& batch)
{
    dispatcher_->publish(batch);
    if (admin_server* admin = told_)
        admin->publish(batch);
}

std::unique_ptr<admin_server> app::make_admin()
{
    auto reader = open_store_reader(settings_.store);
    if (!reader)
        throw startup_error{
            commands::exit_store, "store " + settings_.store.path + ": " + reader.error().message()
        };
    admin_sources sources = make_admin_sources(std::move(*reader), *committer_, *dispatcher_);
    sources.ingress = [this] { return ingress_->snapshot(); };
    sources.readiness = [this] { return not_ready(); };
    sources.config_good = [this] { return reload_good_.load(); };
    for (const std::string_view name : provider_names())
        for (const std::string_view type : find_provider(name)->event_types())
            sources.event_types.emplace_back(type);
    return std::make_unique<admin_server>(*settings_.admin, std::move(sources));
}

std::vector<std::string> app::not_ready() const
{
    std::vector<std::string> reasons;
    if (!started_)
        reasons.emplace_back("starting");
    if (stopping_)
        reasons.emplace_back("draining");
    if (committer_->stats().failing)
        reasons.emplace_back("store_failed");
    if (committer_->stats().full)
        reasons.emplace_back("store_full");
    return reasons;
}

void app::log_listeners() const
{
    for (std::size_t i = 0; i < ingress_->addresses().size(); ++i) {
        const bound_address& a = ingress_->addresses()[i];
        log::info(
            "listening",
            {{"server.address", a.address},
             {"server.port", a.port},
             {"listener.index", i},
             {"tls", settings_.ingress.listeners[i].tls.has_value()}}
        );
    }
    if (admin_) {
        const auto bound = parse_endpoint(admin_->address());  // none: a unix socket
        log::info(
            "admin listening",
            {{"server.address", bound ? bound->address().to_string() : admin_->address()},
             {"server.port", admin_->port()}}
        );
    }
}

// Starts and stops in the order of the data, so that nothing taken in is left behind.
void app::run()
{
    dispatcher_->start(*committer_);
    ingress_->start();
    if (admin_)
        admin_->start();
    started_ = true;
    log_listeners();
    log::info("ready", {{"process.pid", ::getpid()}});
    systemd::notify("READY=1");

    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1})
        signals_.add(signal);
    wait_for_signal();
    pat_watchdog();
    main_.run();
    stop();
}

void app::stop()
{
    using namespace std::chrono;
    systemd::notify("STOPPING=1");
    log::info("stopping");
    // A second signal ends the process at once; kill -9 would lose nothing either.
    for (const int signal : {SIGTERM, SIGINT})
        std::signal(signal, [](int number) { ::_exit(128 + number); });

    stopping_ = true;
    ingress_->announce_closing();
    std::this_thread::sleep_for(settings_.shutdown.delay);  // balancers see /readyz fail
    const auto until = steady_clock::now() + settings_.shutdown.grace;
    const auto left = [&] {
        return std::max(milliseconds{0}, duration_cast<milliseconds>(until - steady_clock::now()));
    };
    ingress_->drain();              // 1. no new connections
    if (!ingress_->join(left())) {  // 2. requests in hand get their answer
        log::warn("connections were still open after shutdown.grace");
        ingress_->terminate();
    }
    std::promise<void> committed;  // 3. everything accepted is on disk and published
    if (committer_->run([&](store&) { committed.set_value(); }))
        committed.get_future().wait();
    dispatcher_->stop(left());  // 4. sinks end what is committed and save their cursors
    committer_->stop();         // 5. the last cursors are on disk
    if (admin_)
        admin_->stop();  // 6. health and metrics until here
    log::info("stopped");
}

void app::wait_for_signal()
{
    signals_.async_wait([this](const boost::system::error_code& ec, int signal) {
        if (!ec)
            on_signal(signal);
    });
}

void app::on_signal(int signal)
{
    if (signal == SIGTERM || signal == SIGINT) {
        boost::system::error_code ignored;
        signals_.clear(ignored);
        watchdog_.cancel();
        main_.stop();  // nothing but signals and the watchdog runs here
        return;
    }
    if (signal == SIGHUP)
        reload();
    else
        dispatcher_->reopen();
    wait_for_signal();
}

// Endpoints, secrets, certificates and the log's level change while running; a bad file changes
// nothing.
void app::reload()
{
    systemd::notify("RELOADING=1");
    loaded_config fresh = load_config(config_path_);
    std::string problem;
    for (const config_problem& p : fresh.problems)
        problem += (problem.empty() ? "" : "; ") + p.text();
    if (problem.empty()) {
        try {
            ingress_->reload(fresh.value.ingress);
            log::set_level(fresh.value.log.level);
        }
        catch (const std::exception& e) {
            problem = e.what();
        }
    }
    for (const config_problem& note : fresh.notes)
        log::warn(note.text());
    reload_good_ = problem.empty();
    if (reload_good_)
        log::info(
            "config reloaded: endpoints, secrets, certificates, log level; the rest at restart"
        );
    else
        log::error("config not reloaded, the old one stays", {{"error.message", problem}});
    systemd::notify("READY=1");
}

// The main thread is idle but for signals: while it turns, and the writer does too, we are well.
void app::pat_watchdog()
{
    const auto interval = systemd::watchdog_interval();
    if (!interval)
        return;
    watchdog_.expires_after(*interval);
    watchdog_.async_wait([this](const boost::system::error_code& ec) {
        if (ec)
            return;
        // Asks the writer to say it: a writer that hangs is what a watchdog is for.
        committer_->run([](store&) { systemd::notify("WATCHDOG=1"); });
        pat_watchdog();
    });
}

}  // namespace webhookd
