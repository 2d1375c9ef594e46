#include "commands/send_source.hpp"

#include "commands/commands.hpp"
#include "config/load.hpp"
#include "providers/connectly/samples.hpp"

#include <algorithm>
#include <memory>
#include <random>

namespace webhookd::commands {

namespace {

const endpoint_settings& pick_endpoint(const settings& s, const std::string& path)
{
    for (const endpoint_settings& e : s.ingress.endpoints)
        if (path.empty() || e.path == path)
            return e;
    throw refusal{exit_usage, "the config has no endpoint " + path};
}

const secret_value& pick_secret(const endpoint_settings& e)
{
    for (const named_secret& s : e.secrets)
        if (!s.not_after || *s.not_after > now())
            return s.value;
    throw refusal{exit_usage, "every secret of " + e.path + " has run out"};
}

// The first listener as this machine reaches it: 0.0.0.0 means any address, so loopback too.
std::string listener_url(const settings& s)
{
    if (s.ingress.listeners.empty())
        throw refusal{exit_usage, "the config has no listener; give --url"};
    const listener_settings& l = s.ingress.listeners.front();
    const auto colon = l.address.rfind(':');
    std::string host = l.address.substr(0, colon);
    if (host == "0.0.0.0")
        host = "127.0.0.1";
    else if (host == "[::]")
        host = "[::1]";
    return (l.tls ? "https://" : "http://") + host + l.address.substr(colon);
}

source from_config(const send_options& o)
{
    const loaded_config loaded = load_config(o.config);
    if (!loaded.problems.empty()) {
        std::string all;
        for (const config_problem& p : loaded.problems)
            all += (all.empty() ? "" : "\n") + p.text();
        throw refusal{exit_config, all};
    }
    const endpoint_settings& e = pick_endpoint(loaded.value, o.endpoint);
    std::string wrong;
    auto url = parse_http_url(o.url.empty() ? listener_url(loaded.value) : o.url, &wrong);
    if (!url)
        throw refusal{exit_usage, "--url: " + wrong};
    if (url->target == "/")
        url->target = e.path;
    return {*url, pick_secret(e), e.name_space};
}

}  // namespace

source find_source(const send_options& o)
{
    if (!o.config.empty())
        return from_config(o);
    std::string wrong;
    const auto url = parse_http_url(o.url, &wrong);
    if (!url)
        throw refusal{exit_usage, "--url: " + (o.url.empty() ? "is needed" : wrong)};
    if (o.secret_file.empty() && o.secret_env.empty())
        throw refusal{exit_usage, "say which secret: --secret-file, --secret-env or --config"};
    return {
        *url,
        o.secret_file.empty() ? read_secret_variable(o.secret_env)
                              : read_secret_file(o.secret_file),
        o.name_space
    };
}

namespace {

std::uint64_t count_of(const send_options& o)
{
    if (o.count != 0)
        return o.count;
    if (o.duration > 0)
        return UINT64_MAX;
    if (!o.files.empty())
        return o.files.size();
    return connectly::sample_source::whole(connectly::parse_scenario(o.scenario).value());
}

}  // namespace

request_queue::request_queue(const send_options& o, const source& s)
    : maker_{s.url, s.secret, s.name_space}, left_{count_of(o)}
{
    if (!o.files.empty()) {
        auto files = std::make_shared<file_bodies>(o.files);
        body_ = [files] { return files->next(); };
    }
    else {
        const auto what = connectly::parse_scenario(o.scenario);
        const auto start = parse_rfc3339(o.start);
        if (!start && !o.start.empty())
            throw refusal{exit_usage, "--start: is no time such as 2026-02-16T09:59:10Z"};
        auto samples = std::make_shared<connectly::sample_source>(
            what.value(), left_, o.seeded ? o.seed : std::random_device{}(), start
        );
        body_ = [samples] { return samples->next(); };
    }
    const std::uint64_t ahead = o.rate > 0 ? 0 : std::min<std::uint64_t>(left_, 20'000);
    for (std::uint64_t i = 0; i < ahead; ++i)
        ready_.push_back(maker_.make(body_()));
}

bool request_queue::next(load_request& out)
{
    if (left_ == 0)
        return false;
    --left_;
    if (ready_.empty()) {
        out = maker_.make(body_());
    }
    else {
        out = std::move(ready_.front());
        ready_.pop_front();
    }
    return true;
}

}  // namespace webhookd::commands
