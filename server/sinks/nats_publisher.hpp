#pragma once

#include "event/event.hpp"
#include "sinks/nats_subject.hpp"
#include "sinks/settings.hpp"

#include <nats/nats.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace webhookd {

/// Publishes batches to JetStream with libnats' blocking calls. One thread, but for `cancel` and
/// the acknowledgements, which come on a thread of libnats.
class nats_publisher {
public:
    /// @throws std::runtime_error  A setting cannot be used.
    explicit nats_publisher(const nats_sink_settings& settings);
    ~nats_publisher();

    nats_publisher(const nats_publisher&) = delete;
    nats_publisher& operator=(const nats_publisher&) = delete;

    struct outcome {
        std::size_t taken = 0;  ///< Acknowledged, from the front.
        std::string failure;    ///< Why not all of them; empty: all.
        bool never = false;     ///< The first that was not taken never will be.
    };

    outcome publish(std::span<const event* const> batch);

    void cancel() noexcept { cancelled_ = true; }

private:
    struct release {
        void operator()(natsOptions* p) const noexcept { natsOptions_Destroy(p); }

        void operator()(natsConnection* p) const noexcept { natsConnection_Destroy(p); }

        void operator()(jsCtx* p) const noexcept { jsCtx_Destroy(p); }
    };

    /// What the server said of the messages of one batch, by event id.
    struct answers {
        std::mutex mutex;
        std::condition_variable arrived;
        std::map<std::string, std::string, std::less<>> of;  ///< Empty: acknowledged. Else why not.
    };

    std::string connect();
    natsStatus send(const event& e, const std::string& id);
    void await_answers(std::size_t count);
    static void answered(jsCtx*, natsMsg* message, jsPubAck* good, jsPubAckErr* bad, void* of);

    const nats_sink_settings settings_;
    const nats_subject subject_;
    std::string line_;
    std::atomic<bool> cancelled_{false};
    answers answers_;  // Outlives the connection, on whose threads it is filled.
    std::unique_ptr<natsOptions, release> options_;
    std::unique_ptr<natsConnection, release> connection_;
    std::unique_ptr<jsCtx, release> stream_;
};

}  // namespace webhookd
