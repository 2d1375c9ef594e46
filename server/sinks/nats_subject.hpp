#pragma once

#include "event/event.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace webhookd {

/// The subject of an event, from a template: `connectly.{topic}.{status}` makes
/// `connectly.delivery_status.sent`. It knows `{topic}` and `{status}` (the last two parts of the
/// event's type), `{provider}` and `{namespace}`.
class nats_subject {
public:
    /// @throws std::runtime_error  Not a subject, or a name in braces that there is not.
    explicit nats_subject(std::string_view text);

    /// The subject of `e`. What may not stand in a token becomes `_`; what is empty, `none`.
    std::string of(const event& e) const;

private:
    enum class part : std::uint8_t { topic, status, provider, name_space };

    std::vector<std::variant<std::string, part>> parts_;
};

}  // namespace webhookd
