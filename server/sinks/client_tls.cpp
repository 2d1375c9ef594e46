#include "sinks/client_tls.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace webhookd {

namespace {

std::string openssl_reason()
{
    const unsigned long code = ERR_peek_last_error();
    const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
    return text ? text : "unknown reason";
}

[[noreturn]] void refuse(const std::string& what)
{
    const std::string reason = openssl_reason();
    ERR_clear_error();
    throw std::runtime_error(what + ": " + reason);
}

}  // namespace

client_tls::client_tls(const http_sink_settings& s) : context_{SSL_CTX_new(TLS_client_method())}
{
    SSL_CTX* c = context_.get();
    if (!c)
        refuse("cannot set TLS up");
    SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(
        c,
        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
            SSL_MODE_RELEASE_BUFFERS
    );
    SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    constexpr unsigned char alpn[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(c, alpn, sizeof alpn - 1);
    if (s.ca ? SSL_CTX_load_verify_locations(c, s.ca->c_str(), nullptr) != 1
             : SSL_CTX_set_default_verify_paths(c) != 1)
        refuse("cannot read the CA file " + s.ca.value_or("of the system"));
    if (s.client_certificate.has_value() != s.client_key.has_value())
        throw std::runtime_error("a client certificate and its key go together: give both");
    if (!s.client_certificate)
        return;
    if (SSL_CTX_use_certificate_chain_file(c, s.client_certificate->c_str()) != 1)
        refuse("cannot use the client certificate " + *s.client_certificate);
    if (SSL_CTX_use_PrivateKey_file(c, s.client_key->c_str(), SSL_FILETYPE_PEM) != 1)
        refuse("cannot use the client key " + *s.client_key);
    if (SSL_CTX_check_private_key(c) != 1)
        refuse(*s.client_key + " is not the key of " + *s.client_certificate);
}

ssl_ptr client_tls::connect(int fd, const std::string& host) const
{
    ssl_ptr ssl{SSL_new(context_.get())};
    if (!ssl || SSL_set_fd(ssl.get(), fd) != 1)
        return nullptr;
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(host, not_an_address);
    X509_VERIFY_PARAM* verify = SSL_get0_param(ssl.get());
    bool good = false;
    if (not_an_address) {
        X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        good = X509_VERIFY_PARAM_set1_host(verify, host.c_str(), 0) == 1 &&
               SSL_set_tlsext_host_name(ssl.get(), host.c_str()) == 1;
    }
    else {
        good = X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str()) == 1;
    }
    if (!good)
        return nullptr;
    SSL_set_connect_state(ssl.get());
    return ssl;
}

std::string handshake_failure(SSL* ssl)
{
    const long verified = SSL_get_verify_result(ssl);
    const std::string reason =
        verified == X509_V_OK ? openssl_reason() : X509_verify_cert_error_string(verified);
    ERR_clear_error();
    return "TLS: " + reason;
}

}  // namespace webhookd
