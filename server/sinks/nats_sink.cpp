#include "sinks/nats_sink.hpp"

#include "sinks/nats_publisher.hpp"

namespace webhookd {

namespace {

class nats_sink final : public sink {
public:
    explicit nats_sink(const nats_sink_settings& settings) : publisher_{settings}
    {
        policy_.batch_events_max = 256;
        policy_.batch_bytes_max = 1u << 20;
        policy_.retry_initial = std::chrono::milliseconds{200};
        policy_.retry_max = std::chrono::milliseconds{5'000};
    }

    ~nats_sink() override { thread_.join(); }

    const delivery_policy& policy() const noexcept override { return policy_; }

    task<attempt> deliver(std::span<const event* const> batch) override
    {
        using outcome = nats_publisher::outcome;
        std::function<outcome()> work = [this, batch] { return publisher_.publish(batch); };
        const outcome out = co_await run_blocking<outcome>(thread_, std::move(work));
        if (out.failure.empty())
            co_return attempt{};
        const std::string why = "NATS: " + out.failure;
        if (out.never)
            co_return attempt::never("rejected", why, out.taken);
        co_return attempt::again(why, out.taken);
    }

    void cancel() override { publisher_.cancel(); }

private:
    delivery_policy policy_;
    nats_publisher publisher_;
    asio::thread_pool thread_{1};  ///< libnats blocks: it waits here, not on the dispatch thread.
};

}  // namespace

std::unique_ptr<sink> make_nats_sink(const nats_sink_settings& settings, sink_context&)
{
    return std::make_unique<nats_sink>(settings);
}

}  // namespace webhookd
