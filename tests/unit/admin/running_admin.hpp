#pragma once

#include "admin/admin.hpp"
#include "support/http_client.hpp"
#include "support/stores.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace testing {

/// An admin server on a free port over a real store and its writer.
class running_admin {
public:
    explicit running_admin(webhookd::admin_settings s = {"127.0.0.1:0", std::nullopt})
    {
        webhookd::admin_sources sources;
        sources.reader = files_.reader();
        commits_ = std::make_unique<webhookd::committer>(
            std::move(files_.kept),
            webhookd::committer_settings{},
            [this](webhookd::shared_batch batch) {
                if (admin_)
                    admin_->publish(std::move(batch));
            }
        );
        webhookd::committer& commits = *commits_;
        sources.run = [&commits](auto work) { return commits.run(std::move(work)); };
        sources.commits = [&commits]() -> const webhookd::committer_stats& {
            return commits.stats();
        };
        sources.counts = [&commits] { return commits.counts(); };
        sources.size = [&commits] { return commits.size(); };
        sources.readiness = [this] {
            return ready ? std::vector<std::string>{} : std::vector<std::string>{"draining"};
        };
        sources.sinks = [this] { return sinks; };
        sources.event_types = {
            "ai.connectly.delivery_status.sent", "ai.connectly.report.completed"
        };
        sources.config_good = [] { return true; };
        admin_ = std::make_unique<webhookd::admin_server>(s, std::move(sources));
        admin_->start();
    }

    ~running_admin()
    {
        commits_->stop();
        admin_->stop();
    }

    /// Commits what is described, through the writer, and waits until it is durable.
    template <class... Described>
    void take(const Described&... described)
    {
        (submit(make(described)), ...);
        std::promise<void> done;
        commits_->run([&](webhookd::store&) { done.set_value(); });
        done.get_future().wait();
    }

    http_client connect() const { return http_client{admin_->address()}; }

    http_answer ask(
        std::string_view method,
        std::string_view target,
        std::string_view body = {},
        std::string_view headers = {}
    ) const
    {
        return connect().ask(method, target, body, headers);
    }

    http_answer get(std::string_view target) const { return ask("GET", target); }

    const std::string& address() const { return admin_->address(); }

    webhookd::admin_server& server() { return *admin_; }

    webhookd::committer& commits() { return *commits_; }

    std::atomic<bool> ready{true};
    std::vector<webhookd::sink_status> sinks;

private:
    void submit(webhookd::receipt r)
    {
        auto s = std::make_unique<webhookd::submission>();
        s->in = std::move(r);
        if (const auto refused = commits_->submit(s))
            throw std::runtime_error{refused.message()};
    }

    test_store files_;
    std::unique_ptr<webhookd::committer> commits_;
    std::unique_ptr<webhookd::admin_server> admin_;
};

}  // namespace testing
