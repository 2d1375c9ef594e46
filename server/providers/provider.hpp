#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "event/receipt.hpp"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd {

/// At most so many headers of a request are kept for a provider's verification.
constexpr std::size_t provider_headers_max = 3;

/// The values of the headers that a provider asked for, in its order; data() is null where absent.
using provider_header_values = std::array<std::string_view, provider_headers_max>;

/// What `verify` found out.
struct verdict {
    error_code refusal;  ///< missing_signature, malformed_signature, signature_mismatch, or none.
    std::size_t secret = 0;  ///< Index of the secret that fitted, where there is no refusal.
};

/// What one network thread needs to take a provider's webhooks at one endpoint. It owns keyed HMAC
/// contexts and a JSON parser, so it belongs to one thread; it allocates as little as it can.
class provider_worker {
public:
    virtual ~provider_worker() = default;

    /// Looks at the headers alone, so that a request can be refused before its body is read.
    /// @return missing_signature, malformed_signature, or none.
    virtual error_code check_headers(const provider_header_values& headers) const noexcept = 0;

    /// Proves that one of the secrets signed `body`. Tries every secret that is active at `at`,
    /// whatever the first one said, and compares in constant time.
    virtual verdict verify(
        const provider_header_values& headers, std::string_view body, timestamp at
    ) noexcept = 0;

    /// Fills in what the verified `r.body` says. `r.memory`, `r.body`, `r.to`, `r.received`,
    /// `r.signature` and `r.content_type` are set; `block::padding` bytes behind the body may be
    /// read. Never fails: what is not recognised is `topic::unrecognized` or `….unknown`.
    virtual void parse(receipt& r) = 0;
};

/// Who sends webhooks: the seam. One object a provider, immutable.
class provider {
public:
    virtual ~provider() = default;
    /// As in the config's `provider:`.
    virtual std::string_view name() const noexcept = 0;
    /// Lower-case names of the headers it signs with, at most `provider_headers_max`; the first
    /// one holds the signature. A header named here must not come twice.
    virtual std::span<const std::string_view> headers() const noexcept = 0;
    /// Every `type` that `parse` may give an event, so that their counters can start at 0.
    virtual std::span<const std::string_view> event_types() const noexcept = 0;
    /// The values of `headers()`, in their order, with which the provider would send `body`: for
    /// `sign`, `send` and tests. @param secret  Never empty.
    virtual std::vector<std::string> sign(
        const secret_value& secret, std::string_view body, timestamp at
    ) const = 0;
    /// A worker with these secrets; at least one.
    virtual std::unique_ptr<provider_worker> make_worker(const std::vector<named_secret>& secrets
    ) const = 0;
};

/// The provider of that name, or null.
const provider* find_provider(std::string_view name) noexcept;

/// Every name `find_provider` knows, for messages.
std::vector<std::string_view> provider_names();

}  // namespace webhookd
