#include "event/receipt.hpp"

namespace webhookd {

std::string_view name(delivery_status s) noexcept
{
    switch (s) {
        case delivery_status::unknown: return "unknown";
        case delivery_status::sent: return "sent";
        case delivery_status::delivered: return "delivered";
        case delivery_status::read: return "read";
        case delivery_status::delivery_failed: return "delivery_failed";
    }
    return "unknown";
}

std::string_view name(error_category c) noexcept
{
    switch (c) {
        case error_category::unknown: return "unknown";
        case error_category::recipient: return "recipient";
        case error_category::consent: return "consent";
        case error_category::window: return "window";
        case error_category::content: return "content";
        case error_category::template_: return "template";
        case error_category::account: return "account";
        case error_category::rate_limit: return "rate_limit";
        case error_category::auth: return "auth";
        case error_category::platform: return "platform";
    }
    return "unknown";
}

}  // namespace webhookd
