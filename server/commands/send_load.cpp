#include "commands/send_load.hpp"

#include "base/error.hpp"
#include "commands/send_response.hpp"
#include "net/resolve.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>

namespace webhookd::commands {

namespace {

using clock = std::chrono::steady_clock;
using timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, executor>;

class load;

// One connection and the requests that go over it, one at a time.
class lane {
public:
    lane(load& owner, executor ex) : owner_{owner}, wire_{ex}, timer_{ex} {}

    task<void> run();

    void check_deadline(clock::time_point at)
    {
        if (at < deadline_)
            return;
        expired_ = true;
        wire_.interrupt();
    }

    void hurry() { timer_.cancel(); }

private:
    task<bool> connect();
    task<void> exchange(const load_request& request, clock::time_point due);
    task<bool> read_answer();

    std::string why() const { return expired_ ? "no answer in time" : wire_.error(); }

    load& owner_;
    client_wire wire_;
    timer timer_;
    response_reader answer_;
    clock::time_point deadline_ = clock::time_point::max();
    bool expired_ = false;
    std::array<char, 16 * 1024> buffer_;
};

class load {
public:
    load(const load_settings& s, load_hooks h)
        : settings{s}, hooks{std::move(h)}, signals_{context_}, ticker_{context_.get_executor()}
    {
    }

    load_report run();

    void end_early(std::string why)
    {
        if (!stopping)
            report.error = std::move(why);
        report.ended_early = true;
        stop();
    }

    const load_settings& settings;
    load_hooks hooks;
    load_report report;
    std::vector<tcp::endpoint> addresses;
    bool stopping = false;
    std::uint64_t tickets = 0;
    clock::time_point started;
    clock::time_point last_connected;

private:
    bool resolve();
    void stop();
    void lane_ended();
    task<void> tick();

    asio::io_context context_{1};
    asio::basic_signal_set<executor> signals_;
    timer ticker_;
    std::vector<std::unique_ptr<lane>> lanes_;
    std::size_t running_ = 0;
};

task<bool> lane::connect()
{
    auto pause = std::chrono::milliseconds{10};
    while (!owner_.stopping) {
        expired_ = false;
        deadline_ = clock::now() + owner_.settings.timeout;
        const bool good =
            co_await wire_.connect(owner_.addresses, owner_.settings.tls, owner_.settings.url.host);
        deadline_ = clock::time_point::max();
        if (good) {
            ++owner_.report.connections;
            owner_.last_connected = clock::now();
            co_return true;
        }
        const auto alone = clock::now() - owner_.last_connected;
        if (!owner_.settings.keep_going || alone > owner_.settings.retry_for) {
            owner_.end_early("cannot connect to " + owner_.settings.url.authority() + ": " + why());
            co_return false;
        }
        timer_.expires_after(pause);
        co_await timer_.async_wait(use_tuple);
        pause = std::min(pause * 2, std::chrono::milliseconds{250});
    }
    co_return false;
}

task<bool> lane::read_answer()
{
    for (;;) {
        const auto n = co_await wire_.read(buffer_.data(), buffer_.size());
        if (n == 0)
            co_return wire_.error().empty() && answer_.finish() == response_reader::state::done;
        const auto state = answer_.feed({buffer_.data(), n});
        if (state == response_reader::state::broken)
            co_return false;
        if (state == response_reader::state::done)
            co_return true;
    }
}

task<void> lane::exchange(const load_request& request, clock::time_point due)
{
    ++owner_.report.sent;
    answer_.begin();
    expired_ = false;
    deadline_ = clock::now() + owner_.settings.timeout;
    bool answered = co_await wire_.write(request.bytes);
    const bool written = answered;
    if (answered)
        answered = co_await read_answer();
    deadline_ = clock::time_point::max();
    if (!answered) {
        ++owner_.report.unanswered;
        owner_.hooks.unanswered(request.id);
        std::string what = why();
        if (what.empty())
            what = written && answer_.begun() ? "the answer is cut off or no HTTP"
                                              : "the connection was closed without an answer";
        wire_.close();
        if (owner_.settings.keep_going)
            owner_.report.error = std::move(what);
        else
            owner_.end_early(std::move(what));
        co_return;
    }
    if (answer_.status() == 200)
        owner_.hooks.accepted(request.id);
    owner_.report.latency.add(clock::now() - due);
    ++owner_.report.answers[answer_.status()];
    if (!answer_.keep_alive() || !wire_.is_open())
        wire_.close();
}

task<void> lane::run()
{
    load_request request;
    const double rate = owner_.settings.rate;
    while (!owner_.stopping) {
        const std::uint64_t ticket = owner_.tickets++;
        if (!owner_.hooks.next(request))
            co_return;
        auto due = clock::now();
        if (rate > 0) {
            const std::chrono::duration<double> offset{static_cast<double>(ticket) / rate};
            due = owner_.started + std::chrono::duration_cast<clock::duration>(offset);
            if (due > clock::now()) {
                timer_.expires_at(due);
                co_await timer_.async_wait(use_tuple);
            }
            if (wire_.is_open() && !wire_.alive())
                wire_.close();
        }
        if (owner_.stopping)
            break;
        if (!wire_.is_open()) {
            const bool connected = co_await connect();
            if (!connected)
                break;
            if (rate <= 0)
                due = clock::now();
        }
        co_await exchange(request, due);
    }
    owner_.report.ended_early = true;  // with a request in hand, or more to come
}

bool load::resolve()
{
    auto found = webhookd::resolve(settings.url.host, settings.url.port);
    if (found)
        addresses = std::move(*found);
    else
        report.error = "cannot find " + settings.url.host + ": " + found.error().message();
    return found.has_value();
}

void load::stop()
{
    stopping = true;
    for (auto& l : lanes_)
        l->hurry();
}

void load::lane_ended()
{
    if (--running_ != 0)
        return;
    error_code ignored;
    signals_.cancel(ignored);
    ticker_.cancel();
}

// The one timer that deadlines share, and the progress line.
task<void> load::tick()
{
    unsigned ticks = 0;
    while (running_ != 0) {
        ticker_.expires_after(std::chrono::milliseconds{50});
        co_await ticker_.async_wait(use_tuple);
        const auto at = clock::now();
        for (auto& l : lanes_)
            l->check_deadline(at);
        report.elapsed = at - started;
        if (hooks.progress && ++ticks % 20 == 0)
            hooks.progress(report);
    }
}

load_report load::run()
{
    if (!resolve()) {
        report.ended_early = true;
        return std::move(report);
    }
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](error_code ec, int) {
        if (!ec)
            end_early("interrupted");
    });
    started = clock::now();
    last_connected = started;
    const auto ex = context_.get_executor();
    for (unsigned i = 0; i < settings.connections; ++i)
        lanes_.push_back(std::make_unique<lane>(*this, ex));
    running_ = lanes_.size();
    for (auto& l : lanes_)
        asio::co_spawn(ex, l->run(), [this](std::exception_ptr thrown) {
            lane_ended();
            if (thrown)
                std::rethrow_exception(thrown);
        });
    asio::co_spawn(ex, tick(), asio::detached);
    context_.run();
    report.elapsed = clock::now() - started;
    return std::move(report);
}

}  // namespace

load_report run_load(const load_settings& settings, load_hooks hooks)
{
    // OpenSSL writes to the socket itself and cannot ask for MSG_NOSIGNAL.
    std::signal(SIGPIPE, SIG_IGN);
    return load{settings, std::move(hooks)}.run();
}

}  // namespace webhookd::commands
