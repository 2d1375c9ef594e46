#pragma once

#include "base/secret.hpp"
#include "base/time.hpp"

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd {

/// Signs as Standard Webhooks say: `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`,
/// one signature a secret that is still good, separated by spaces. One thread.
/// @source github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md
class webhook_signer {
public:
    /// @throws std::runtime_error  A secret is not `whsec_` and Base64; it is named, not shown.
    explicit webhook_signer(const std::vector<named_secret>& secrets);

    /// Are there secrets at all?
    bool signs() const noexcept { return !keys_.empty(); }

    /// Appends the value of `webhook-signature`. @return false where every secret has expired.
    bool append_signature(
        std::string& out,
        std::string_view id,
        std::string_view unix_seconds,
        std::string_view body,
        timestamp at
    );

private:
    struct free_context {
        void operator()(EVP_MAC_CTX* p) const noexcept { EVP_MAC_CTX_free(p); }
    };

    struct key {
        std::unique_ptr<EVP_MAC_CTX, free_context> context;  ///< Keyed; started anew for each.
        std::optional<timestamp> not_after;
    };

    std::vector<key> keys_;
};

}  // namespace webhookd
