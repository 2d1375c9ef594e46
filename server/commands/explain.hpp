#pragma once

#include "base/secret.hpp"
#include "providers/provider.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::commands {

/// A secret that a signature may have been made with.
struct candidate {
    named_secret secret;
    std::string where;     ///< For people: `secret "current" of /webhooks/connectly`.
    bool expected = true;  ///< It was to fit; else it is another one of the config.
};

/// Says why `signature` does not fit `body`: what would have to be otherwise for it to fit. Tries
/// the mistakes that people make with the signature's spelling, the secret, and the body.
/// @return Sentences, the likeliest first; never empty. No secret stands in them.
std::vector<std::string> explain_mismatch(
    const provider& from,
    std::string_view signature,
    std::string_view body,
    const std::vector<candidate>& candidates,
    timestamp at
);

}  // namespace webhookd::commands
