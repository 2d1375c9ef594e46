#include "ingress/counters.hpp"

#include <algorithm>

namespace webhookd {

const char* name(request_outcome o) noexcept
{
    switch (o) {
        case request_outcome::accepted: return "accepted";
        case request_outcome::duplicate: return "duplicate";
        case request_outcome::missing_signature: return "missing_signature";
        case request_outcome::malformed_signature: return "malformed_signature";
        case request_outcome::signature_mismatch: return "signature_mismatch";
        case request_outcome::body_too_large: return "body_too_large";
        case request_outcome::bad_framing: return "bad_framing";
        case request_outcome::length_required: return "length_required";
        case request_outcome::header_too_large: return "header_too_large";
        case request_outcome::timed_out: return "timed_out";
        case request_outcome::method_not_allowed: return "method_not_allowed";
        case request_outcome::not_found: return "not_found";
        case request_outcome::queue_full: return "queue_full";
        case request_outcome::store_full: return "store_full";
        case request_outcome::store_failed: return "store_failed";
        case request_outcome::stopping: return "stopping";
        case request_outcome::count_: break;
    }
    return "unknown";
}

thread_counters::thread_counters()
{
    nowhere_ = endpoints_.emplace_back(std::make_unique<endpoint_counters>()).get();
}

endpoint_counters& thread_counters::of(const endpoint& e, const std::vector<std::string>& secrets)
{
    std::lock_guard lock{mutex_};
    for (const auto& known : endpoints_)
        if (known->path == e.path && known->secret_names == secrets)
            return *known;
    auto& made = *endpoints_.emplace_back(std::make_unique<endpoint_counters>());
    made.path = e.path;
    made.secret_names = secrets;
    made.secrets.resize(secrets.size());
    return made;
}

void thread_counters::observe(std::chrono::steady_clock::duration took) noexcept
{
    const double seconds = std::chrono::duration<double>(took).count();
    std::size_t i = 0;
    while (i < duration_bounds.size() && seconds > duration_bounds[i])
        ++i;
    durations_[i].add();
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count();
    duration_nanoseconds_.add(static_cast<std::uint64_t>(ns));
}

namespace {

template <class List, class Same>
typename List::value_type& find_or_add(List& list, Same same, typename List::value_type fresh)
{
    const auto found = std::find_if(list.begin(), list.end(), same);
    if (found != list.end())
        return *found;
    list.push_back(std::move(fresh));
    return list.back();
}

}  // namespace

void thread_counters::add_to(ingress_snapshot& total) const
{
    std::lock_guard lock{mutex_};
    for (const auto& e : endpoints_) {
        for (std::size_t i = 0; i < request_outcomes; ++i) {
            const std::string outcome = name(static_cast<request_outcome>(i));
            const auto same = [&](const request_count& r) {
                return r.endpoint == e->path && r.outcome == outcome;
            };
            find_or_add(total.requests, same, {e->path, outcome, 0}).count += e->outcomes[i].get();
        }
        for (std::size_t i = 0; i < e->secret_names.size(); ++i) {
            const auto same = [&](const auto& s) { return s.first == e->secret_names[i]; };
            find_or_add(total.secrets_used, same, {e->secret_names[i], 0}).second +=
                e->secrets[i].get();
        }
    }
    histogram_snapshot& h = total.request_seconds;
    h.bounds.assign(duration_bounds.begin(), duration_bounds.end());
    h.counts.resize(durations_.size());
    for (std::size_t i = 0; i < durations_.size(); ++i)
        h.counts[i] += durations_[i].get();
    h.sum += static_cast<double>(duration_nanoseconds_.get()) / 1e9;
    total.active_connections += active_connections.get();
    total.accepted_connections += accepted_connections.get();
    total.refused_connections += refused_connections.get();
}

}  // namespace webhookd
