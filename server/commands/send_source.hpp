#pragma once

#include "commands/send_requests.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace webhookd::commands {

/// The options of `send` as they were given.
struct send_options {
    std::string url, secret_file, secret_env, config, endpoint;
    std::string name_space = "default";
    std::string scenario = "life";
    std::vector<std::string> files;
    std::uint64_t count = 0;
    double rate = 0, duration = 0, timeout = 30, retry_for = 30;
    unsigned connections = 1;
    std::uint64_t seed = 0;
    bool seeded = false;
    std::string start, ca, ids, unanswered;
    bool insecure = false, keep_going = false, json = false;
};

/// What cannot be done as asked, and the exit code that says so.
struct refusal {
    int exit_code;
    std::string message;
};

/// Where to send and how to sign.
struct source {
    http_url url;
    secret_value secret;
    std::string name_space;
};

/// @throws refusal, std::runtime_error
source find_source(const send_options& o);

/// The bodies in their order, as requests. With no rate to keep, the first ones are made before
/// the clock starts, so that making them is not measured.
class request_queue {
public:
    /// @throws refusal, std::runtime_error
    request_queue(const send_options& o, const source& s);

    /// False: that was all.
    bool next(load_request& out);

    void end() { left_ = 0; }

private:
    request_maker maker_;
    std::function<std::string()> body_;
    std::deque<load_request> ready_;
    std::uint64_t left_;
};

}  // namespace webhookd::commands
