#pragma once

#include <CLI/CLI.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace webhookd::commands {

/// How a client command finds the daemon.
struct admin_target {
    std::string address = "127.0.0.1:9464";  ///< `host:port` or `unix:/path`.
    std::string token_file, token_env;
};

/// Adds `--admin`, `--token-file` and `--token-env` to a subcommand.
void add_admin_options(CLI::App& app, admin_target& target);

/// The daemon cannot be reached: exit code 69.
class unreachable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The daemon said no.
class admin_refusal : public std::runtime_error {
public:
    admin_refusal(int status, const std::string& what) : std::runtime_error{what}, status_{status}
    {
    }

    int status() const noexcept { return status_; }

private:
    int status_;
};

/// A blocking client of the admin listener, plain HTTP over TCP or a unix socket.
class admin_client {
public:
    /// @throws std::runtime_error  for a token that cannot be read, or a bad address.
    explicit admin_client(const admin_target& target);
    ~admin_client();

    /// @return The body of a 2xx answer.
    /// @throws unreachable, admin_refusal
    std::string request(
        const std::string& method, const std::string& target, const std::string& body = {}
    );

    /// Reads a stream of server-sent events until it ends or `take` says false.
    /// @param last_event_id  Where to go on; empty: at what comes next.
    /// @param take  Gets an event's id and data; both empty when the stream has begun.
    /// @throws unreachable, admin_refusal
    void stream(
        const std::string& target,
        const std::string& last_event_id,
        const std::function<bool(std::string_view id, std::string_view data)>& take
    );

private:
    class body;
    std::unique_ptr<body> body_;
};

/// Percent-encodes whatever may not stand in a path segment or a parameter's value.
std::string percent_encoded(std::string_view text);

/// Runs a client command's work and turns what it throws into a message and an exit code.
int run_client(const char* command, const std::function<int()>& work);

}  // namespace webhookd::commands
