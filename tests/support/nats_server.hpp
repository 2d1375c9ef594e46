#pragma once

#include "support/files.hpp"

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace webhookd::test {

/// The real nats-server with JetStream on, on a free port of loopback, with a stream of its own.
class nats_server {
public:
    nats_server();
    ~nats_server();

    nats_server(const nats_server&) = delete;
    nats_server& operator=(const nats_server&) = delete;

    void start();
    void stop();

    std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

    /// Makes a stream that takes `subjects` (`connectly.>`), of messages up to `bytes_max`.
    void add_stream(const std::string& name, const std::string& subjects);

    struct message {
        std::string subject, id, data;
    };

    /// Everything a stream holds, in order.
    std::vector<message> messages(const std::string& stream) const;

private:
    folder folder_;
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
};

}  // namespace webhookd::test
