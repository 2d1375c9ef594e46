#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

/// The parts of an `http:` or `https:` URL that a client needs.
struct http_url {
    bool tls = false;
    std::string host;    ///< A name or an address; an IPv6 address without its brackets.
    std::string port;    ///< 443 or 80 where the URL names none.
    std::string target;  ///< Path and query, at least `/`; without the fragment.

    /// The `Host` header: brackets round IPv6, the port only where it is not the scheme's own.
    std::string authority() const;
};

/// Reads an absolute URL without user information. Bytes outside of printable ASCII are refused.
/// @return nullopt for anything else; `wrong`, where given, gets a sentence that says why.
std::optional<http_url> parse_http_url(std::string_view text, std::string* wrong = nullptr);

}  // namespace webhookd
