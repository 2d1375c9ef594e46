#pragma once

#include "event/receipt.hpp"

#include <string_view>

namespace webhookd::connectly {

/// What a failure means for the sender.
struct error_meaning {
    error_category category = error_category::unknown;
    bool retryable = false;   ///< May the same message be sent again, unchanged, with hope?
    std::string_view advice;  ///< One sentence; plain ASCII without quotes.
};

/// Looks a failure up by its code, else by its type, else it is unknown: the code comes first
/// because the provider's types are unreliable (provider-facts §5). Codes are Connectly's
/// `ERROR_CODE_…` or, where all digits, WhatsApp's own (§7).
const error_meaning& explain_error(std::string_view code, std::string_view type) noexcept;

}  // namespace webhookd::connectly
