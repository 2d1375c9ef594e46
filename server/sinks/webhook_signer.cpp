#include "sinks/webhook_signer.hpp"

#include "base/encoding.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>
#include <stdexcept>

namespace webhookd {

namespace {

constexpr std::string_view prefix = "whsec_";

EVP_MAC_CTX* keyed_context(const secret_value& secret)
{
    struct free_mac {
        void operator()(EVP_MAC* p) const noexcept { EVP_MAC_free(p); }
    };

    static const std::unique_ptr<EVP_MAC, free_mac> hmac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()
    };
    const auto key = as_bytes(secret.bytes());
    EVP_MAC_CTX* context = EVP_MAC_CTX_new(hmac.get());
    if (!context || EVP_MAC_init(context, key.data(), key.size(), params) != 1) {
        EVP_MAC_CTX_free(context);
        throw std::runtime_error("OpenSSL has no HMAC-SHA256");
    }
    return context;
}

}  // namespace

webhook_signer::webhook_signer(const std::vector<named_secret>& secrets)
{
    for (const named_secret& s : secrets) {
        const std::string_view text = s.value.bytes();
        auto bytes =
            text.starts_with(prefix) ? decode_base64(text.substr(prefix.size())) : std::nullopt;
        if (!bytes || bytes->empty())
            throw std::runtime_error(
                "secret " + s.name +
                " is not one of Standard Webhooks: it must be `whsec_` and Base64 (make one with:"
                " echo whsec_$(openssl rand -base64 32))"
            );
        const secret_value value{std::move(*bytes)};
        keys_.push_back({{keyed_context(value), {}}, s.not_after});
    }
}

bool webhook_signer::append_signature(
    std::string& out,
    std::string_view id,
    std::string_view unix_seconds,
    std::string_view body,
    timestamp at
)
{
    bool any = false;
    for (const key& k : keys_) {
        if (k.not_after && at >= *k.not_after)
            continue;
        EVP_MAC_CTX* mac = k.context.get();
        std::array<std::uint8_t, 32> code{};
        std::size_t size = 0;
        bool good = EVP_MAC_init(mac, nullptr, 0, nullptr) == 1;
        for (std::string_view part :
             {id, std::string_view{"."}, unix_seconds, std::string_view{"."}, body}) {
            const auto bytes = as_bytes(part);
            good = good && EVP_MAC_update(mac, bytes.data(), bytes.size()) == 1;
        }
        good = good && EVP_MAC_final(mac, code.data(), &size, code.size()) == 1;
        if (!good)
            throw std::runtime_error("OpenSSL failed to sign");
        out += any ? " v1," : "v1,";
        append_base64(out, code);
        any = true;
    }
    return any;
}

}  // namespace webhookd
