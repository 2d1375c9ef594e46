#include "correlation/campaign.hpp"

namespace webhookd::correlation {

namespace {

template <class Change>
void combine(campaign_counts& a, const campaign_counts& b, Change change)
{
    change(a.messages, b.messages);
    change(a.sent, b.sent);
    change(a.delivered, b.delivered);
    change(a.read, b.read);
    change(a.failed, b.failed);
    change(a.replies, b.replies);
    for (std::size_t i = 0; i < category_count; ++i)
        change(a.failed_by_category[i], b.failed_by_category[i]);
}

}  // namespace

campaign_counts& campaign_counts::operator+=(const campaign_counts& other)
{
    combine(*this, other, [](std::int64_t& a, std::int64_t b) { a += b; });
    return *this;
}

campaign_counts& campaign_counts::operator-=(const campaign_counts& other)
{
    combine(*this, other, [](std::int64_t& a, std::int64_t b) { a -= b; });
    return *this;
}

campaign_counts share_of(const message_state& message, std::uint64_t replies)
{
    campaign_counts out;
    out.messages = message.seen() ? 1 : 0;
    out.sent = message.at(delivery_status::sent) ? 1 : 0;
    out.delivered = message.at(delivery_status::delivered) ? 1 : 0;
    out.read = message.at(delivery_status::read) ? 1 : 0;
    out.replies = static_cast<std::int64_t>(replies);
    if (message.effective() == delivery_status::delivery_failed) {
        out.failed = 1;
        const auto category = static_cast<std::size_t>(message.category);
        out.failed_by_category[category < category_count ? category : 0] = 1;
    }
    return out;
}

}  // namespace webhookd::correlation
