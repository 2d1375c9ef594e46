#pragma once

#include "admin/admin.hpp"
#include "admin/request.hpp"
#include "admin/waiting.hpp"

#include <string>
#include <string_view>

namespace webhookd {

/// The routes of the admin listener and what they answer. Runs on the admin thread.
class admin_api {
public:
    admin_api(admin_sources sources, const std::shared_ptr<asio::io_context>& io);

    /// Answers anything but the live stream. Never throws for what a request says.
    task<admin_response> answer(admin_request& request);

    /// Ends the waits for other threads, so that requests in hand end.
    void stop() { waiter_.stop(); }

    admin_sources& sources() noexcept { return sources_; }

private:
    struct route;
    static const route* find(admin_request& request, std::string& allow);

    // Health, and what the daemon is.
    admin_response livez(const admin_request&);
    admin_response readyz(const admin_request&);
    admin_response version(const admin_request&);
    admin_response metrics(const admin_request&);

    // What is known of messages.
    admin_response message(const admin_request&);
    admin_response messages(const admin_request&);
    task<admin_response> put_context(const admin_request&);
    admin_response conversation(const admin_request&);
    admin_response campaigns(const admin_request&);
    admin_response campaign(const admin_request&);

    // What was told.
    admin_response events(const admin_request&);

    // Where it goes.
    admin_response sinks(const admin_request&);
    task<admin_response> forget_sink(const admin_request&);
    admin_response letters(const admin_request&);
    admin_response letter(const admin_request&);
    task<admin_response> retry_letters(const admin_request&);
    task<admin_response> drop_letters(const admin_request&);
    task<admin_response> start_replay(const admin_request&);
    admin_response replays(const admin_request&);
    admin_response replay(const admin_request&);
    admin_response cancel_replay(const admin_request&);

    std::uint64_t replay_bound(std::string_view name, std::string_view text, bool is_end);

    admin_sources sources_;
    answer_waiter waiter_;
};

/// `limit=`: 100 where it is not given, at most 1000.
std::size_t limit_of(const admin_request& request);
/// `namespace=`: `default` where it is not given.
std::string_view namespace_of(const admin_request& request);
/// The parameter's value; empty where it is not given. @throws refused_request  Given and empty.
std::string_view text_of(const admin_request& request, std::string_view name);

/// The value of `r`. @throws refused_request
template <class T>
T value_or_refuse(result<T> r)
{
    if (!r)
        throw refusal_of(r.error());
    return std::move(*r);
}

}  // namespace webhookd
