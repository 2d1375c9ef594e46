#pragma once

#include "event/event.hpp"
#include "net/url.hpp"
#include "sinks/settings.hpp"
#include "sinks/webhook_signer.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

/// Makes the request that tells one event. One thread.
class http_request_maker {
public:
    /// @throws std::runtime_error  A header of the settings, or a secret, cannot be used.
    http_request_maker(const http_sink_settings& settings, const http_url& to);

    /// The whole request, head and body. @return nullopt where every secret has expired.
    std::optional<std::string> make(const event& e, timestamp at);

    /// Is there anything of `e` to send? An event of our own making has no body to pass on raw.
    bool tells(const event& e) const noexcept
    {
        return format_ == http_format::event || e.form != payload_form::none;
    }

private:
    const http_format format_;
    std::string start_;  ///< What every request begins with.
    webhook_signer signer_;
};

/// The provider's name as the event's head tells it; empty: it tells none.
std::string_view provider_of(const event& e) noexcept;

}  // namespace webhookd
