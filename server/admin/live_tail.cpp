#include "admin/live_tail.hpp"

#include "admin/api.hpp"
#include "admin/target.hpp"
#include "base/glob.hpp"

namespace webhookd {

namespace {

constexpr std::chrono::seconds quiet_max{15};  // then a comment keeps the connection alive
constexpr std::size_t read_events_max = 500;
constexpr std::size_t read_bytes_max = 256u << 10;

std::size_t bytes_of(const event_batch& batch)
{
    std::size_t out = 0;
    for (const event& e : batch.events)
        out += e.head.size() + e.body.size();
    return out;
}

bool fits_or_any(std::string_view pattern, std::string_view text)
{
    return pattern.empty() || glob_matches(pattern, text);
}

}  // namespace

bool live_filter::fits(const event& e) const
{
    return fits_or_any(type, e.type) && fits_or_any(customer, e.customer) &&
           fits_or_any(campaign, e.campaign);
}

live_client::live_client(
    const admin_request& request, store_reader& reader, executor ex, std::function<void()> cut_off
)
    : reader_{reader}, wake_{ex}, cut_off_{std::move(cut_off)}
{
    for (const auto& parameter : request.query)
        if (parameter.first != "type" && parameter.first != "customer" &&
            parameter.first != "campaign" && parameter.first != "after")
            throw refused_request{
                400,
                "unknown_parameter",
                "the parameters known here are type, customer, campaign, after"
            };
    filter_.type = text_of(request, "type");
    filter_.customer = text_of(request, "customer");
    filter_.campaign = text_of(request, "campaign");
    // A client that comes back says by the header how far it got, whatever its URL says.
    std::string_view after = request.last_event_id;
    if (after.empty())
        after = text_of(request, "after");
    at_ = after.empty() ? value_or_refuse(reader_.size()).last_sequence
                        : read_number("the position to go on from", after, 0, INT64_MAX);
}

void live_client::append(std::string& out, const event& e)
{
    at_ = e.sequence;
    if (!filter_.fits(e))
        return;
    out += "id: " + std::to_string(e.sequence) + "\ndata: ";
    append_line(out, e);
    out += '\n';
}

result<std::string> live_client::read_on()
{
    std::string out;
    auto found = reader_.read_events(at_, read_events_max, read_bytes_max);
    if (!found)
        return found.error();
    for (const event& e : *found)
        append(out, e);
    live_ = found->empty();
    return out;
}

std::string live_client::drain()
{
    std::string out;
    while (!waiting_.empty() && out.size() < read_bytes_max) {
        const shared_batch batch = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= bytes_of(*batch);
        for (const event& e : batch->events)
            if (e.sequence > at_)
                append(out, e);
    }
    return out;
}

void live_client::take(const shared_batch& batch)
{
    if (!live_ || stopped_)
        return;  // it is found in the store
    waiting_.push_back(batch);
    waiting_bytes_ += bytes_of(*batch);
    if (waiting_bytes_ > waiting_bytes_max) {
        stop();
        cut_off_();
    }
    wake_.cancel();
}

void live_client::stop()
{
    stopped_ = true;
    waiting_.clear();
    waiting_bytes_ = 0;
    wake_.cancel();
}

task<result<std::string>> live_client::next()
{
    const auto until = std::chrono::steady_clock::now() + quiet_max;
    for (;;) {
        if (stopped_)
            co_return errc::cancelled;
        if (!live_) {
            auto found = read_on();
            if (!found || !found->empty())
                co_return found;
            // Others have their turn while a filter that fits little reads on.
            co_await asio::post(wake_.get_executor(), use_tuple);
            continue;
        }
        std::string out = drain();
        if (!out.empty())
            co_return out;
        if (!waiting_.empty())
            continue;
        if (std::chrono::steady_clock::now() >= until)
            co_return std::string{};
        wake_.expires_at(until);
        co_await wake_.async_wait(use_tuple);
    }
}

}  // namespace webhookd
