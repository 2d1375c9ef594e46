#include "sinks/http_client.hpp"

#include <utility>

namespace webhookd {

namespace {

// A connection that idled for no longer is used without a look whether it still stands: it most
// likely does, and where not, the request is sent once more at once.
constexpr std::chrono::milliseconds trusted{50};

}  // namespace

http_client::http_client(executor ex, settings s, std::optional<client_tls> tls)
    : ex_{ex}, settings_{std::move(s)}, tls_{std::move(tls)}, names_{ex}
{
}

std::unique_ptr<http_connection> http_client::take_idle()
{
    const auto oldest = steady::now() - settings_.idle_timeout;
    std::erase_if(idle_, [&](const idle_connection& i) { return i.since < oldest; });
    while (!idle_.empty()) {
        const bool fresh = steady::now() - idle_.back().since < trusted;
        auto c = std::move(idle_.back().connection);
        idle_.pop_back();
        if (fresh || c->alive())
            return c;
    }
    return nullptr;
}

void http_client::give_back(std::unique_ptr<http_connection> connection)
{
    if (cancelled_ || idle_.size() >= settings_.idle_max)
        return;
    idle_.push_back({std::move(connection), steady::now()});
}

task<http_answer> http_client::use(
    http_connection& c, std::string_view request, steady::time_point deadline
)
{
    active_.insert(&c);
    auto answer = co_await c.exchange(request, deadline);
    active_.erase(&c);
    co_return answer;
}

task<http_answer> http_client::send(std::string request)
{
    const auto deadline = steady::now() + settings_.timeouts.whole;
    auto kept = take_idle();
    if (kept) {
        auto answer = co_await use(*kept, request, deadline);
        if (answer.reusable)
            give_back(std::move(kept));
        // It may have been closed while the request was on its way: that says nothing of the
        // server. A limit that passed does.
        const bool stale = answer.status == 0 && answer.nothing_came && answer.closed;
        if (!stale || cancelled_)
            co_return answer;
    }
    co_return co_await send_fresh(request, deadline);
}

task<http_answer> http_client::send_fresh(std::string_view request, steady::time_point deadline)
{
    http_answer answer;
    answer.failure = "stopping";
    if (cancelled_)
        co_return answer;
    auto fresh = std::make_unique<http_connection>(ex_, settings_.timeouts, names_);
    active_.insert(fresh.get());
    answer.failure = co_await fresh->connect(settings_.to, tls_ ? &*tls_ : nullptr, deadline);
    active_.erase(fresh.get());
    if (!answer.failure.empty())
        co_return answer;
    answer = co_await use(*fresh, request, deadline);
    if (answer.reusable)
        give_back(std::move(fresh));
    co_return answer;
}

void http_client::cancel()
{
    cancelled_ = true;
    idle_.clear();
    for (http_connection* c : active_)
        c->abort();
}

}  // namespace webhookd
