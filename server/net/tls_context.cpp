#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>

namespace webhookd {

namespace {

// RFC 9325 §4.2: forward secrecy and AEAD for TLS 1.2. TLS 1.3 has nothing else.
constexpr const char* tls12_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr unsigned char http11[] = "\x08http/1.1";
constexpr unsigned char session_context[] = "connectly-webhookd";

[[noreturn]] void fail(const std::string& what)
{
    char text[256] = "unknown reason";
    if (const unsigned long code = ERR_get_error())
        ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    throw std::runtime_error{what + ": " + text};
}

// The server's only protocol is chosen, whatever else the client offers.
int select_alpn(
    [[maybe_unused]] SSL* connection,
    const unsigned char** out,
    unsigned char* out_size,
    const unsigned char* offered,
    unsigned offered_size,
    [[maybe_unused]] void* unused
)
{
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(
            &chosen, out_size, http11, sizeof http11 - 1, offered, offered_size
        ) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 §3.2: no_application_protocol
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

std::int64_t not_after_of(SSL_CTX* context)
{
    std::tm utc{};
    const X509* leaf = SSL_CTX_get0_certificate(context);
    if (leaf == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &utc) != 1)
        return 0;
    return timegm(&utc);
}

void require_client_certificate(SSL_CTX* context, const std::string& ca)
{
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(ca.c_str());
    if (names == nullptr || SSL_CTX_load_verify_file(context, ca.c_str()) != 1)
        fail("client_ca " + ca);
    SSL_CTX_set_client_CA_list(context, names);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

}  // namespace

std::shared_ptr<const tls_context> tls_context::make(const tls_settings& settings)
{
    ERR_clear_error();
    std::shared_ptr<tls_context> made{new tls_context};
    made->context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* const c = made->context_.get();
    if (c == nullptr)
        fail("TLS");
    const int least = settings.min_version == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION;
    if (SSL_CTX_set_min_proto_version(c, least) != 1 ||
        SSL_CTX_set_cipher_list(c, tls12_ciphers) != 1)
        fail("TLS min_version " + settings.min_version);
    if (SSL_CTX_use_certificate_chain_file(c, settings.certificate.c_str()) != 1)
        fail("certificate " + settings.certificate);
    if (SSL_CTX_use_PrivateKey_file(c, settings.private_key.c_str(), SSL_FILETYPE_PEM) != 1)
        fail("private_key " + settings.private_key);
    if (SSL_CTX_check_private_key(c) != 1)
        fail(
            "certificate " + settings.certificate + " does not fit private_key " +
            settings.private_key
        );
    SSL_CTX_set_options(
        c,
        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
            SSL_OP_IGNORE_UNEXPECTED_EOF
    );
    SSL_CTX_set_mode(
        c,
        SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    );
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_session_id_context(c, session_context, sizeof session_context - 1);
    SSL_CTX_set_num_tickets(c, 1);
    SSL_CTX_set_read_ahead(c, 1);  // a record's header and body in one read()
    SSL_CTX_set_alpn_select_cb(c, select_alpn, nullptr);
    if (settings.client_ca)
        require_client_certificate(c, *settings.client_ca);
    made->not_after_ = not_after_of(c);
    return made;
}

ssl_ptr tls_context::accept(int fd) const
{
    ssl_ptr ssl{SSL_new(context_.get())};
    if (!ssl || SSL_set_fd(ssl.get(), fd) != 1)
        return nullptr;
    SSL_set_accept_state(ssl.get());
    return ssl;
}

}  // namespace webhookd
