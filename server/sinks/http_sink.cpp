#include "sinks/http_sink.hpp"

#include "base/time.hpp"
#include "dispatch/sink.hpp"
#include "sinks/http_client.hpp"
#include "sinks/http_request.hpp"

#include <boost/asio/ip/address.hpp>

#include <stdexcept>

namespace webhookd {

namespace {

constexpr unsigned gone = 410;

bool is_loopback(const std::string& host)
{
    error_code ec;
    const auto address = asio::ip::make_address(host, ec);
    return ec ? host == "localhost" : address.is_loopback();
}

http_url read_url(const http_sink_settings& s)
{
    std::string wrong;
    auto url = parse_http_url(s.url, &wrong);
    if (!url)
        throw std::runtime_error("url: " + wrong);
    if (!url->tls && !s.plaintext_allowed && !is_loopback(url->host))
        throw std::runtime_error(
            "url: plain http to " + url->host + "; use https, or say `plaintext: allow`"
        );
    return *url;
}

http_client::settings client_settings(const http_sink_settings& s, const http_url& to)
{
    http_client::settings c;
    c.to = to;
    c.timeouts = {s.connect_timeout, s.tls_timeout, s.first_byte_timeout, s.timeout};
    c.idle_max = s.concurrency;
    return c;
}

class http_sink final : public sink {
public:
    http_sink(const http_sink_settings& s, const http_url& to, sink_context& context)
        : maker_{s, to},
          client_{
              context.io.get_executor(),
              client_settings(s, to),
              to.tls ? std::optional<client_tls>{std::in_place, s} : std::nullopt
          }
    {
        policy_.keyed = true;
        policy_.concurrency = s.concurrency;
        policy_.retry_initial = s.retry_initial;
        policy_.retry_max = s.retry_max;
        policy_.give_up_after = s.retry_give_up_after;
        policy_.breaker_failures = s.breaker_failures;
        policy_.breaker_probe = s.breaker_probe;
    }

    const delivery_policy& policy() const noexcept override { return policy_; }

    task<attempt> deliver(std::span<const event* const> batch) override
    {
        const event& e = *batch.front();
        if (!maker_.tells(e))
            co_return attempt{};
        auto request = maker_.make(e, now());
        if (!request)
            co_return attempt::again("every secret of the sink has expired");
        const auto answer = co_await client_.send(std::move(*request));
        co_return judge(answer);
    }

    void cancel() override { client_.cancel(); }

private:
    static attempt judge(const http_answer& a);

    delivery_policy policy_;
    http_request_maker maker_;
    http_client client_;
};

attempt http_sink::judge(const http_answer& a)
{
    if (a.status == 0)
        return attempt::again(a.failure);
    if (a.status / 100 == 2)
        return {};
    const std::string told = "HTTP " + std::to_string(a.status);
    if (a.status == gone)
        return attempt::never("gone", told);
    attempt again =
        attempt::again(a.status / 100 == 3 ? told + ": redirects are not followed" : told);
    again.retry_after = parse_retry_after(a.retry_after, now());
    return again;
}

}  // namespace

std::unique_ptr<sink> make_http_sink(const http_sink_settings& settings, sink_context& context)
{
    return std::make_unique<http_sink>(settings, read_url(settings), context);
}

}  // namespace webhookd
