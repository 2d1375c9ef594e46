#include "providers/connectly/signature.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include <new>
#include <stdexcept>

namespace webhookd::connectly {

namespace {

struct free_mac {
    void operator()(EVP_MAC* p) const noexcept { EVP_MAC_free(p); }
};

// Fetched once: OpenSSL 3 looks an algorithm up anew on every fetch.
EVP_MAC* algorithm()
{
    static const std::unique_ptr<EVP_MAC, free_mac> hmac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
    if (!hmac)
        throw std::runtime_error{"OpenSSL has no HMAC"};
    return hmac.get();
}

}  // namespace

hmac_sha256::hmac_sha256(std::string_view key) : context_{EVP_MAC_CTX_new(algorithm())}
{
    if (!context_)
        throw std::bad_alloc{};
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()
    };
    if (!EVP_MAC_init(context_.get(), as_bytes(key).data(), key.size(), params))
        throw std::runtime_error{"OpenSSL has no HMAC-SHA256"};
}

std::optional<bits256> hmac_sha256::operator()(std::string_view message) noexcept
{
    // A null key starts a new message under the key that is there (OpenSSL 3.0.3 and newer).
    bits256 code;
    std::size_t length = 0;
    EVP_MAC_CTX* const c = context_.get();
    if (!EVP_MAC_init(c, nullptr, 0, nullptr) ||
        !EVP_MAC_update(c, as_bytes(message).data(), message.size()) ||
        !EVP_MAC_final(c, code.data(), &length, code.size()) || length != code.size())
        return std::nullopt;
    return code;
}

error_code check_signature(std::string_view value) noexcept
{
    if (value.data() == nullptr)
        return errc::missing_signature;
    if (!decode_base64_256(value))
        return errc::malformed_signature;
    return {};
}

verifier::verifier(const std::vector<named_secret>& secrets)
{
    secrets_.reserve(secrets.size());
    for (const named_secret& s : secrets)
        secrets_.push_back({hmac_sha256{s.value.bytes()}, s.not_after});
}

verdict verifier::verify(std::string_view signature, std::string_view body, timestamp at) noexcept
{
    if (signature.data() == nullptr)
        return {errc::missing_signature};
    const auto given = decode_base64_256(signature);
    if (!given)
        return {errc::malformed_signature};
    verdict out{errc::signature_mismatch};
    for (std::size_t i = 0; i < secrets_.size(); ++i) {
        active_secret& secret = secrets_[i];
        if (secret.not_after && at >= *secret.not_after)
            continue;
        const auto code = secret.hmac(body);
        const bool fits = code && CRYPTO_memcmp(code->data(), given->data(), code->size()) == 0;
        if (fits && out.refusal)
            out = {{}, i};
    }
    return out;
}

std::string sign(const secret_value& secret, std::string_view body)
{
    const auto code = hmac_sha256{secret.bytes()}(body);
    if (!code)
        throw std::bad_alloc{};
    std::string out;
    append_base64(out, *code);
    return out;
}

}  // namespace webhookd::connectly
