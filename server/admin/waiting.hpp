#pragma once

#include "base/error.hpp"
#include "net/tcp.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace webhookd {

using admin_timer = asio::basic_waitable_timer<
    std::chrono::steady_clock,
    asio::wait_traits<std::chrono::steady_clock>,
    executor>;

/// The answer of work that has none but that it was done. Not a bool: an error code converts to it.
using done_result = result<std::uint64_t>;

/// Waits on the admin thread for answers of other threads. An answer that comes after the
/// deadline, or after the admin thread has ended, is dropped.
class answer_waiter {
public:
    explicit answer_waiter(const std::shared_ptr<asio::io_context>& io) : io_{io} {}

    /// Calls `ask` with a function that takes the answer and may be called on any thread, once.
    /// @error timed_out; stopping
    template <class T>
    task<result<T>> ask(std::function<bool(std::function<void(result<T>)>)> how)
    {
        struct state {
            std::optional<result<T>> value;
            admin_timer* waiting = nullptr;
        };

        admin_timer timer{io_->get_executor(), limit};
        const auto shared = std::make_shared<state>();
        shared->waiting = &timer;
        auto answer = [shared, weak = std::weak_ptr{io_}](result<T> value) {
            const auto io = weak.lock();
            if (!io)
                return;
            asio::post(*io, [shared, value = std::move(value)]() mutable {
                shared->value.emplace(std::move(value));
                if (shared->waiting != nullptr)
                    shared->waiting->cancel();
            });
        };
        if (stopped_ || !how(std::move(answer)))
            co_return errc::stopping;
        timers_.insert(&timer);
        co_await timer.async_wait(use_tuple);
        timers_.erase(&timer);
        shared->waiting = nullptr;
        if (shared->value)
            co_return std::move(*shared->value);
        co_return stopped_ ? errc::stopping : errc::timed_out;
    }

    /// Ends every wait; new ones end at once.
    void stop()
    {
        stopped_ = true;
        for (admin_timer* t : timers_)
            t->cancel();
    }

private:
    static constexpr std::chrono::seconds limit{10};

    std::shared_ptr<asio::io_context> io_;
    std::set<admin_timer*> timers_;
    bool stopped_ = false;
};

}  // namespace webhookd
