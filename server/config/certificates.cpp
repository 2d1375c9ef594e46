#include "config/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace webhookd::config {

namespace {

struct freed {
    void operator()(BIO* p) const noexcept { BIO_free(p); }

    void operator()(X509* p) const noexcept { X509_free(p); }

    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
};

using bio_ptr = std::unique_ptr<BIO, freed>;
using certificate_ptr = std::unique_ptr<X509, freed>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed>;

// OpenSSL's own word for what went wrong, and an empty queue behind it.
std::string openssl_reason()
{
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    std::string out = reason ? reason : "unknown";
    ERR_clear_error();
    return out;
}

bool at_end_of_pem()
{
    const auto error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

// All certificates of a PEM text, or what is wrong with it.
std::vector<certificate_ptr> read_chain(const std::string& pem, std::string& problem)
{
    std::vector<certificate_ptr> out;
    const bio_ptr in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    ERR_clear_error();
    while (certificate_ptr next{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)})
        out.push_back(std::move(next));
    if (!at_end_of_pem())
        problem = "holds a certificate that cannot be read (" + openssl_reason() + ")";
    else if (out.empty())
        problem = "holds no PEM certificate (-----BEGIN CERTIFICATE-----)";
    ERR_clear_error();
    return out;
}

// Gives no passphrase, and remembers that one was wanted.
int no_passphrase(char*, int, int, void* wanted)
{
    *static_cast<bool*>(wanted) = true;
    return -1;
}

key_ptr read_key(const std::string& pem, std::string& problem)
{
    const bio_ptr in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    bool wanted = false;
    ERR_clear_error();
    key_ptr key{PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, &wanted)};
    if (wanted)
        problem = "is encrypted; give it without a passphrase (openssl pkey -in … -out …)";
    else if (!key && pem.find("PRIVATE KEY-----") == std::string::npos)
        problem = "holds no PEM private key (-----BEGIN PRIVATE KEY-----)";
    else if (!key)
        problem = "holds a private key that cannot be read (" + openssl_reason() + ")";
    ERR_clear_error();
    return key;
}

void note_expiry(section& s, std::string_view key, const X509* leaf)
{
    if (X509_cmp_current_time(X509_get0_notAfter(leaf)) < 0)
        s.to().found.note(s.place(key), "this certificate has expired");
    else if (X509_cmp_current_time(X509_get0_notBefore(leaf)) > 0)
        s.to().found.note(s.place(key), "this certificate is not valid yet");
}

void check_pair(section& s, const std::string& certificate_path, const std::string& key_path)
{
    const auto certificate_pem = s.to().read_file(certificate_path, s.place("certificate"));
    auto key_pem = s.to().read_file(key_path, s.place("private_key"));
    std::string problem;
    std::vector<certificate_ptr> chain;
    if (certificate_pem)
        chain = read_chain(*certificate_pem, problem);
    if (!problem.empty())
        s.problem("certificate", certificate_path + " " + problem);
    else if (!chain.empty())
        note_expiry(s, "certificate", chain.front().get());
    if (!key_pem)
        return;
    std::string key_problem;
    const key_ptr key = read_key(*key_pem, key_problem);
    OPENSSL_cleanse(key_pem->data(), key_pem->size());
    if (!key_problem.empty())
        s.problem("private_key", key_path + " " + key_problem);
    if (chain.empty() || !problem.empty() || !key)
        return;
    if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
        bool later = false;
        for (const certificate_ptr& other : chain)
            later = later || X509_check_private_key(other.get(), key.get()) == 1;
        s.problem(
            "private_key",
            "this key does not fit the first certificate in " + certificate_path +
                (later ? ", but a later one; put the server's own certificate first"
                       : "; give the two that were made together")
        );
    }
    ERR_clear_error();
}

}  // namespace

bool read_certificate(section& s, std::string& certificate, std::string& private_key)
{
    const node* one = s.require("certificate", "give the PEM file with the chain");
    const node* other = s.require("private_key", "give the PEM file of the certificate's key");
    if (!one || !other || !s.path("certificate", certificate) ||
        !s.path("private_key", private_key))
        return false;
    check_pair(s, certificate, private_key);
    return true;
}

void read_authorities(
    section& s, std::string_view key, std::string_view absent, std::optional<std::string>& out
)
{
    std::string path;
    if (s.is_said(key, absent) || !s.path(key, path))
        return;
    out = path;
    const auto pem = s.to().read_file(path, s.place(key));
    std::string problem;
    if (pem)
        read_chain(*pem, problem);
    if (!problem.empty())
        s.problem(key, path + " " + problem);
}

}  // namespace webhookd::config
