#include "admin/metrics.hpp"

#include "admin/families.hpp"
#include "admin/process_metrics.hpp"

#include <prometheus/text_serializer.h>

#include <sstream>

namespace webhookd {

namespace {

using families::add;
using families::counter;
using families::gauge;

void add_requests(families::all& out, const ingress_snapshot& s)
{
    auto& requests = counter(
        out,
        "webhook_requests_total",
        "Requests by endpoint and outcome: accepted, duplicate, or why not"
    );
    for (const request_count& r : s.requests)
        add(requests, r.count, {{"endpoint", r.endpoint}, {"outcome", r.outcome}});
    auto& secrets = counter(
        out, "webhook_secret_used_total", "Verified requests by the secret that signed them"
    );
    for (const auto& [name, count] : s.secrets_used)
        add(secrets, count, {{"secret", name}});
    families::histogram(
        out,
        "http_server_request_duration_seconds",
        "From a request's first byte to its answer",
        s.request_seconds
    );
    add(gauge(out, "http_server_active_connections", "Open connections"), s.active_connections);
    add(counter(out, "http_server_accepted_connections_total", "Connections taken"),
        s.accepted_connections);
    add(counter(out, "http_server_refused_connections_total", "Connections over the limit"),
        s.refused_connections);
    auto& certificates = gauge(
        out,
        "tls_certificate_not_after_seconds",
        "When each listener's certificate runs out, Unix time"
    );
    for (const auto& [address, not_after] : s.certificates_not_after)
        add(certificates, static_cast<double>(not_after), {{"listener", address}});
}

void add_commits(families::all& out, const commit_counts& c, const std::vector<std::string>& types)
{
    auto& events = counter(out, "webhook_events_total", "New events by type, duplicates left out");
    for (const std::string& type : types)
        if (c.events_by_type.find(type) == c.events_by_type.end())
            add(events, std::uint64_t{0}, {{"type", type}});
    for (const auto& [type, count] : c.events_by_type)
        add(events, count, {{"type", type}});
    auto& failures = counter(
        out, "webhook_failures_total", "Failed messages by the provider's code and our category"
    );
    for (const auto& [key, count] : c.failures)
        add(failures, count, {{"code", key.first}, {"category", key.second}});
    add(counter(
            out,
            "webhook_sent_gaps_total",
            "Messages told of as delivered or read before any event said that they were sent"
        ),
        c.gaps_opened);
    add(counter(out, "webhook_sent_gaps_closed_total", "Those of them whose sent event came later"),
        c.gaps_closed);
    families::histogram(
        out,
        "webhook_event_lag_seconds",
        "From the time an event tells to its commit",
        c.lag_seconds
    );
    families::histogram(
        out, "store_commit_duration_seconds", "One commit, fsync included", c.commit_seconds
    );
    families::histogram(out, "store_batch_events", "Requests in one commit", c.batch_events);
}

void add_store(families::all& out, admin_sources& sources)
{
    if (sources.size) {
        const store_size size = sources.size();
        add(gauge(out, "store_size_bytes", "Database and write-ahead log on disk"), size.bytes);
        add(gauge(out, "store_events", "Events held"), size.events);
        add(gauge(out, "store_last_sequence", "The newest event's sequence"), size.last_sequence);
    }
    if (!sources.commits)
        return;
    const committer_stats& s = sources.commits();
    add(counter(out, "store_commits_total", "Commits that worked"), s.commits.load());
    add(counter(out, "store_commit_failures_total", "Commits that failed"), s.failures.load());
    add(counter(out, "webhook_duplicates_total", "Repeats of known events"), s.duplicates.load());
    add(gauge(out, "store_queue_bytes", "Bodies waiting for the writer"), s.queue_bytes.load());
    add(gauge(out, "store_failing", "1: the store cannot be written"),
        s.failing.load() ? 1.0 : 0.0);
    add(gauge(out, "store_full", "1: the store is at its maximum size"), s.full.load() ? 1.0 : 0.0);
}

// A family for one number of every sink.
template <class Number>
void add_each(
    const std::vector<sink_status>& sinks, prometheus::MetricFamily& family, Number number
)
{
    for (const sink_status& s : sinks)
        add(family, static_cast<double>(number(s)), {{"sink", s.name}});
}

void add_sinks(families::all& out, admin_sources& sources)
{
    if (!sources.sinks)
        return;
    const auto all = sources.sinks();
    const auto one = [&](const char* name, const char* help, auto number) {
        add_each(all, gauge(out, name, help), number);
    };
    const auto sum = [&](const char* name, const char* help, auto number) {
        add_each(all, counter(out, name, help), number);
    };
    using s = const sink_status&;
    one("sink_cursor", "Everything up to this sequence is done", [](s x) { return x.cursor; });
    one("sink_lag_events", "Events not done yet", [](s x) { return x.lag_events; });
    one("sink_lag_seconds", "Age of the oldest event not done", [](s x) { return x.lag_seconds; });
    sum("sink_delivered_total", "Events delivered", [](s x) { return x.delivered; });
    sum("sink_attempts_total", "Attempts to deliver", [](s x) { return x.attempts; });
    sum("sink_failures_total", "Attempts that failed", [](s x) { return x.failures; });
    auto& breaker = gauge(out, "sink_breaker_state", "1 at the state the sink's breaker is in");
    for (const sink_status& x : all)
        for (const char* state : {"closed", "open", "half_open"})
            add(breaker, x.breaker == state ? 1.0 : 0.0, {{"sink", x.name}, {"state", state}});
    const auto letters = sources.reader->dead_letter_counts();
    if (!letters)
        return;
    auto& waiting = gauge(out, "sink_dead_letters", "Dead letters waiting");
    for (const sink_status& x : all) {
        std::uint64_t count = 0;
        for (const auto& [name, n] : *letters)
            if (name == x.name)
                count = n;
        add(waiting, count, {{"sink", x.name}});
    }
}

}  // namespace

std::string metrics_text(admin_sources& sources)
{
    families::all out;
    out.reserve(64);  // references into it are held while a family is filled
    if (sources.ingress)
        add_requests(out, sources.ingress());
    if (sources.counts)
        add_commits(out, sources.counts(), sources.event_types);
    add_store(out, sources);
    add_sinks(out, sources);
    if (sources.config_good)
        add(gauge(out, "config_last_reload_successful", "0: the last reload changed nothing"),
            sources.config_good() ? 1.0 : 0.0);
    add(gauge(out, "build_info", "1, with the version as label"),
        1.0,
        {{"version", WEBHOOKD_VERSION}});
    add_process_metrics(out);
    std::ostringstream text;
    prometheus::TextSerializer{}.Serialize(text, out);
    return std::move(text).str();
}

}  // namespace webhookd
