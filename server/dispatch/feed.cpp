#include "dispatch/feed.hpp"

#include <algorithm>

namespace webhookd {

namespace {

std::size_t memory_of(const event_batch& batch) noexcept
{
    std::size_t sum = 0;
    for (const event& e : batch.events)
        sum += memory_of(e);
    return sum;
}

}  // namespace

std::size_t memory_of(const event& e) noexcept
{
    return sizeof(event) + e.head.size() + e.memory.capacity() + e.signature.size() +
           e.type.size() + e.partition_key.size() + e.customer.size() + e.campaign.size();
}

feed::feed(std::unique_ptr<store_reader> reader, std::uint64_t newest, feed_settings settings)
    : reader_{std::move(reader)}, settings_{settings}, newest_{newest}
{
}

void feed::add(shared_batch batch)
{
    if (!batch || batch->events.empty() || batch->events.back().sequence <= newest_)
        return;
    if (batch->events.front().sequence != newest_ + 1)
        recent_.clear(), events_ = bytes_ = 0;
    newest_ = batch->events.back().sequence;
    events_ += batch->events.size();
    bytes_ += memory_of(*batch);
    recent_.push_back(std::move(batch));
    while (!recent_.empty() && (events_ > settings_.events_max || bytes_ > settings_.bytes_max))
        drop_front();
}

void feed::skipped_to(std::uint64_t sequence)
{
    if (sequence <= newest_)
        return;
    recent_.clear();
    events_ = bytes_ = 0;
    newest_ = sequence;
}

void feed::drop_front()
{
    events_ -= recent_.front()->events.size();
    bytes_ -= memory_of(*recent_.front());
    recent_.pop_front();
}

void feed::forget(std::uint64_t sequence)
{
    while (!recent_.empty() && recent_.front()->events.back().sequence <= sequence)
        drop_front();
}

result<stretch> feed::read(std::uint64_t after, std::size_t events_max)
{
    if (after >= newest_ || events_max == 0)
        return stretch{};
    if (!recent_.empty() && recent_.front()->events.front().sequence <= after + 1) {
        const auto at =
            std::partition_point(recent_.begin(), recent_.end(), [&](const shared_batch& b) {
                return b->events.back().sequence <= after;
            });
        const std::span<const event> all{(*at)->events};
        const auto first = std::partition_point(all.begin(), all.end(), [&](const event& e) {
            return e.sequence <= after;
        });
        const auto rest = all.subspan(static_cast<std::size_t>(first - all.begin()));
        return stretch{*at, rest.first(std::min(rest.size(), events_max)), true};
    }
    auto events = reader_->read_events(
        after, std::min(events_max, settings_.chunk_events_max), settings_.chunk_bytes_max
    );
    if (!events)
        return events.error();
    if (events->empty())
        return stretch{};
    auto batch = std::make_shared<event_batch>();
    batch->events = std::move(*events);
    const std::span<const event> all{batch->events};
    return stretch{std::move(batch), all, false};
}

}  // namespace webhookd
