#include "admin/access.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <cctype>

namespace webhookd {

namespace {

bool equal_ignoring_case(std::string_view a, std::string_view lower)
{
    return std::equal(a.begin(), a.end(), lower.begin(), lower.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) == y;
    });
}

// The host of `host[:port]` or `[v6][:port]`.
std::string_view without_port(std::string_view host)
{
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        return end == std::string_view::npos ? host : host.substr(1, end - 1);
    }
    return host.substr(0, host.find(':'));
}

}  // namespace

bool is_loopback_host(std::string_view host) noexcept
{
    host = without_port(host);
    if (equal_ignoring_case(host, "localhost"))
        return true;
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(std::string{host}, ec);
    return !ec && address.is_loopback();
}

admin_access::admin_access(const std::optional<secret_value>& token, bool unix_socket)
    : unix_socket_{unix_socket}
{
    if (token)
        token_ = sha256(token->bytes());
}

std::optional<refused_request> admin_access::check(const credentials& c, bool health_check) const
{
    if (token_) {
        if (health_check)
            return std::nullopt;
        constexpr std::string_view scheme = "bearer ";
        std::string_view given = c.authorization;
        const bool bearer = given.size() > scheme.size() &&
                            equal_ignoring_case(given.substr(0, scheme.size()), scheme);
        if (bearer)
            given.remove_prefix(scheme.size());
        const bits256 digest = sha256(given);
        const bool same = CRYPTO_memcmp(digest.data(), token_->data(), digest.size()) == 0;
        if (!bearer || !same)
            return refused_request{401, "unauthorized", "a good bearer token is needed"};
        return std::nullopt;
    }
    if (unix_socket_)
        return std::nullopt;
    if (!is_loopback_host(c.host))
        return refused_request{
            421,
            "foreign_host",
            "without a token only localhost, 127.0.0.0/8 and [::1] are answered as Host"
        };
    if (c.has_origin && c.origin != "http://" + std::string{c.host})
        return refused_request{403, "foreign_origin", "requests of other sites' pages are refused"};
    return std::nullopt;
}

}  // namespace webhookd
