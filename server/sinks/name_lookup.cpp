#include "sinks/name_lookup.hpp"

#include "net/resolve.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace webhookd {

namespace {

struct waiting {
    explicit waiting(executor ex) : arrived{ex} {}

    std::optional<found_addresses> found;
    alarm arrived;
};

}  // namespace

task<std::optional<found_addresses>> name_lookup::look_up(
    std::string host, std::string port, steady::time_point until
)
{
    if (!thread_)
        thread_.emplace(1);
    const auto mine = std::make_shared<waiting>(ex_);
    // The other thread never owns it: its timer ends on its own thread.
    auto ask = [ex = ex_, asker = std::weak_ptr{mine}, h = std::move(host), p = std::move(port)] {
        if (asker.expired())
            return;
        asio::post(ex, [asker, found = resolve(h, p)]() mutable {
            if (const auto still = asker.lock()) {
                still->found = std::move(found);
                still->arrived.notify();
            }
        });
    };
    asio::post(*thread_, std::move(ask));
    while (!mine->found && steady::now() < until)
        co_await mine->arrived.wait_until(until);
    co_return std::move(mine->found);
}

}  // namespace webhookd
