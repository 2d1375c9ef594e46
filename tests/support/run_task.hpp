#pragma once

#include "dispatch/async.hpp"
#include "dispatch/sink.hpp"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

namespace webhookd::test {

/// An io_context of the test's own, and a pool, as a sink is made with them.
class sink_home {
public:
    ~sink_home() { blocking.join(); }

    asio::io_context io{1};
    asio::thread_pool blocking{1};
    sink_context context{io, blocking};

    /// Runs until `work` has ended, and gives what it returns; fails instead of hanging.
    template <class T>
    T run(task<T> work)
    {
        std::optional<T> value;
        std::exception_ptr thrown;
        asio::co_spawn(io, std::move(work), [&](std::exception_ptr e, T v) {
            thrown = e;
            value = std::move(v);
        });
        run_until([&] { return thrown || value; });
        if (thrown)
            std::rethrow_exception(thrown);
        return std::move(*value);
    }

    void run_until(const std::function<bool()>& holds)
    {
        const auto limit = steady::now() + std::chrono::seconds{60};
        while (!holds()) {
            if (steady::now() > limit)
                throw std::runtime_error("did not end in time");
            io.restart();
            io.run_one_for(std::chrono::milliseconds{50});
        }
    }
};

}  // namespace webhookd::test
