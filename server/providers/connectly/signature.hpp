#pragma once

#include "base/encoding.hpp"
#include "base/secret.hpp"
#include "providers/provider.hpp"

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Connectly signs the raw body: `x-connectly-hmac-sha256` is the standard, padded Base64 of
/// HMAC-SHA256 over the body's bytes, keyed with the secret's literal bytes (provider-facts §1).
namespace webhookd::connectly {

/// HMAC-SHA256 with one key, set up once and used for any number of messages. One thread.
class hmac_sha256 {
public:
    /// @throws std::runtime_error  OpenSSL has no HMAC or SHA-256; std::bad_alloc.
    explicit hmac_sha256(std::string_view key);

    /// @return The code of `message`, or nullopt where OpenSSL failed (out of memory).
    std::optional<bits256> operator()(std::string_view message) noexcept;

private:
    struct release {
        void operator()(EVP_MAC_CTX* p) const noexcept { EVP_MAC_CTX_free(p); }
    };

    std::unique_ptr<EVP_MAC_CTX, release> context_;
};

/// What a header's value says: missing_signature, malformed_signature, or none.
/// @param value  data() is null where the header is absent.
error_code check_signature(std::string_view value) noexcept;

/// Verifies bodies against several secrets that are good at the same time. One thread.
class verifier {
public:
    explicit verifier(const std::vector<named_secret>& secrets);

    /// Tries every secret that is active at `at`, whatever the first one said: what it costs does
    /// not tell which secret fitted. Compares 32 decoded bytes in constant time.
    verdict verify(std::string_view signature, std::string_view body, timestamp at) noexcept;

private:
    struct active_secret {
        hmac_sha256 hmac;
        std::optional<timestamp> not_after;
    };

    std::vector<active_secret> secrets_;
};

/// The header's value for `body`.
std::string sign(const secret_value& secret, std::string_view body);

}  // namespace webhookd::connectly
