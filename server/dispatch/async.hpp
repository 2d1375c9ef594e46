#pragma once

#include "net/tcp.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

/// What the coroutines of the dispatch thread wait on. One thread each, never shared.
namespace webhookd {

using steady = std::chrono::steady_clock;
using wait_timer = asio::basic_waitable_timer<steady, asio::wait_traits<steady>, executor>;

/// Wakes whoever waits. A notify with nobody waiting is lost, so test what you wait for first:
/// nothing else runs between the test and the wait.
class signal {
public:
    explicit signal(executor ex) : timer_{ex, steady::time_point::max()} {}

    void notify() { timer_.cancel(); }

    task<> wait() { co_await timer_.async_wait(use_tuple); }

private:
    wait_timer timer_;
};

/// A signal with a time of its own. One waiter.
class alarm {
public:
    explicit alarm(executor ex) : timer_{ex, steady::time_point::max()} {}

    void notify() { timer_.cancel(); }

    task<> wait_until(steady::time_point at)
    {
        timer_.expires_at(at);
        co_await timer_.async_wait(use_tuple);
    }

    task<> wait() { co_await wait_until(steady::time_point::max()); }

private:
    wait_timer timer_;
};

/// Lets one coroutine at a time through, in no promised order.
class turnstile {
public:
    explicit turnstile(executor ex) : free_{ex} {}

    task<> enter()
    {
        while (taken_)
            co_await free_.wait();
        taken_ = true;
    }

    void leave()
    {
        taken_ = false;
        free_.notify();
    }

private:
    signal free_;
    bool taken_ = false;
};

/// Leaves a turnstile at the end of its scope.
class turn {
public:
    explicit turn(turnstile& t) : turnstile_{t} {}

    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;

    ~turn() { turnstile_.leave(); }

private:
    turnstile& turnstile_;
};

/// A value that another thread hands to one waiting coroutine. Where the other side drops its
/// copies without an answer, the waiter gets what `T` is by default.
template <class T>
class reply {
public:
    explicit reply(executor ex) : state_{std::make_shared<state>(ex)} {}

    /// What the other thread calls, once. Copyable.
    std::function<void(T)> sender()
    {
        auto once = std::make_shared<answer>(state_);
        return [once](T value) { once->send(std::move(value)); };
    }

    task<T> receive()
    {
        auto mine = state_;
        while (!mine->there)
            co_await mine->arrived.wait();
        co_return std::move(mine->value);
    }

private:
    struct state {
        explicit state(executor e) : ex{e}, arrived{e} {}

        executor ex;
        signal arrived;
        bool there = false;
        T value{};
    };

    struct answer {
        explicit answer(std::shared_ptr<state> s) : to{std::move(s)} {}

        answer(const answer&) = delete;
        answer& operator=(const answer&) = delete;

        ~answer()
        {
            if (to)
                send(T{});
        }

        void send(T value)
        {
            // The state is let go on its own thread, whichever of the two comes last.
            auto s = std::exchange(to, nullptr);
            const executor ex = s->ex;
            asio::post(ex, [s = std::move(s), v = std::move(value)]() mutable {
                s->value = std::move(v);
                s->there = true;
                s->arrived.notify();
            });
        }

        std::shared_ptr<state> to;
    };

    std::shared_ptr<state> state_;
};

/// Runs `work`, which may block, on the pool, and comes back with its value.
template <class T>
task<T> run_blocking(asio::thread_pool& pool, std::function<T()> work)
{
    const auto ex = co_await asio::this_coro::executor;
    reply<T> answer{ex};
    auto send = answer.sender();
    asio::post(pool, [w = std::move(work), s = std::move(send)] { s(w()); });
    co_return co_await answer.receive();
}

}  // namespace webhookd
