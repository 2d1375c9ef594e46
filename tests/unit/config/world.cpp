#include "world.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>

namespace webhookd::test {

namespace {

struct freed {
    void operator()(BIO* p) const noexcept { BIO_free(p); }

    void operator()(X509* p) const noexcept { X509_free(p); }

    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
};

std::string content(BIO* bio)
{
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

constexpr const char* listeners =
    "listeners: [{ address: 127.0.0.1:0, tls: { certificate: tls.crt, private_key: tls.key } }]\n";
constexpr const char* endpoints =
    "endpoints: [{ path: /in, provider: connectly, secrets: [{ name: current, file: secret }] }]\n";
constexpr const char* sinks = "sinks: [{ name: log, type: file, path: events.ndjson }]\n";

}  // namespace

pem_pair make_certificate(int days)
{
    const std::unique_ptr<EVP_PKEY, freed> key{EVP_EC_gen("P-256")};
    const std::unique_ptr<X509, freed> made{X509_new()};
    const std::unique_ptr<BIO, freed> certificate_out{BIO_new(BIO_s_mem())};
    const std::unique_ptr<BIO, freed> key_out{BIO_new(BIO_s_mem())};
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -100L * 24 * 3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), days * 24L * 3600);
    X509_NAME* const name = X509_get_subject_name(made.get());
    const unsigned char common_name[] = "localhost";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    X509_set_pubkey(made.get(), key.get());
    if (X509_sign(made.get(), key.get(), EVP_sha256()) == 0)
        throw std::runtime_error{"cannot make a certificate"};
    PEM_write_bio_X509(certificate_out.get(), made.get());
    PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return {content(certificate_out.get()), content(key_out.get())};
}

std::string encrypt_key(const std::string& key)
{
    const std::unique_ptr<BIO, freed> in{BIO_new_mem_buf(key.data(), static_cast<int>(key.size()))};
    const std::unique_ptr<EVP_PKEY, freed> read{
        PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr)
    };
    const std::unique_ptr<BIO, freed> out{BIO_new(BIO_s_mem())};
    char phrase[] = "passphrase";
    PEM_write_bio_PKCS8PrivateKey(
        out.get(), read.get(), EVP_aes_256_cbc(), phrase, 10, nullptr, nullptr
    );
    return content(out.get());
}

world::world()
{
    static const pem_pair pair = make_certificate();
    files = {
        {"/etc/w/tls.crt", pair.certificate},
        {"/etc/w/tls.key", pair.key},
        {"/etc/w/secret", "s3cret-of-the-endpoint\n"},
        {"/etc/w/token", "t0ken-of-the-admin\n"},
        {"/etc/w/whsec", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"},
    };
}

config::surroundings world::around() const
{
    config::surroundings out;
    out.folder = "/etc/w";
    out.env = [this](const std::string& name) -> std::optional<std::string> {
        const auto found = env.find(name);
        return found == env.end() ? std::nullopt : std::optional{found->second};
    };
    out.read_file = [this](const std::string& path) {
        const auto found = files.find(path);
        return found == files.end() ? config::file_content{{}, "No such file or directory"}
                                    : config::file_content{found->second, {}};
    };
    out.is_folder = [this](const std::string& path) { return folders.contains(path); };
    return out;
}

config::loaded_text world::load(const std::string& yaml) const
{
    return config::load_text(yaml, "c.yaml", around());
}

std::string world::problems(const std::string& yaml) const
{
    std::string out;
    for (const config_problem& p : load(yaml).config.problems)
        out += std::to_string(p.line) + ":" + std::to_string(p.column) + ": " + p.message + "\n";
    return out;
}

std::string good_config()
{
    return std::string{listeners} + endpoints + sinks;
}

std::string with_listeners(const std::string& yaml)
{
    return yaml + endpoints + sinks;
}

std::string with_endpoints(const std::string& yaml)
{
    return yaml + listeners + sinks;
}

std::string with_sinks(const std::string& yaml)
{
    return yaml + listeners + endpoints;
}

std::string with(const std::string& more)
{
    return more + good_config();
}

std::size_t count_of(const std::string& text, const std::string& part)
{
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

std::string all_text(const std::vector<config_problem>& problems)
{
    std::string out;
    for (const auto& p : problems)
        out += p.text() + "\n";
    return out;
}

}  // namespace webhookd::test
