#include "bad_configs.hpp"

using namespace webhookd;

namespace {

std::string listener(const std::string& tls)
{
    return test::with_listeners("listeners: [{ address: 127.0.0.1:0, tls: { " + tls + " } }]\n");
}

}  // namespace

TEST_CASE("certificates: a certificate and key that do not go together are told", "[config]")
{
    test::world w;
    const test::pem_pair other = test::make_certificate();
    const std::string own_certificate = w.files["/etc/w/tls.crt"];
    const std::string own_key = w.files["/etc/w/tls.key"];
    w.files["/etc/w/other.key"] = other.key;
    w.files["/etc/w/reversed.crt"] = other.certificate + own_certificate;
    w.files["/etc/w/locked.key"] = test::encrypt_key(own_key);
    w.files["/etc/w/text"] = "hello\n";
    w.files["/etc/w/nothing"] = "";
    w.files["/etc/w/cut.crt"] = own_certificate.substr(0, own_certificate.size() / 2);
    w.files["/etc/w/broken.crt"] = own_certificate;
    w.files["/etc/w/broken.crt"][29] = 'A';
    w.files["/etc/w/broken.key"] = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    w.files["/etc/w/second_broken.crt"] = own_certificate + w.files["/etc/w/cut.crt"];

    test::check_each(
        w,
        {
            {"another key", listener("certificate: tls.crt, private_key: other.key"), "1:79", "fit"
            },
            {"the chain backwards",
             listener("certificate: reversed.crt, private_key: tls.key"),
             "1:84",
             "first"},
            {"an encrypted key",
             listener("certificate: tls.crt, private_key: locked.key"),
             "1:79",
             "passphrase"},
            {"no key", listener("certificate: tls.crt"), "1:42", "private_key"},
            {"no certificate", listener("private_key: tls.key"), "1:42", "certificate"},
            {"a missing certificate",
             listener("certificate: none, private_key: tls.key"),
             "1:57",
             "none"},
            {"a missing key", listener("certificate: tls.crt, private_key: none"), "1:79", "none"},
            {"text for a certificate",
             listener("certificate: text, private_key: tls.key"),
             "1:57",
             "BEGIN CERT"},
            {"text for a key",
             listener("certificate: tls.crt, private_key: text"),
             "1:79",
             "BEGIN PRIV"},
            {"an empty certificate",
             listener("certificate: nothing, private_key: tls.key"),
             "1:57",
             "BEGIN CERT"},
            {"an empty key",
             listener("certificate: tls.crt, private_key: nothing"),
             "1:79",
             "BEGIN PRIV"},
            {"files exchanged, first",
             listener("certificate: tls.key, private_key: tls.key"),
             "1:57",
             "BEGIN CERT"},
            {"files exchanged, second",
             listener("certificate: tls.crt, private_key: tls.crt"),
             "1:79",
             "BEGIN PRIV"},
            {"half a certificate",
             listener("certificate: cut.crt, private_key: tls.key"),
             "1:57",
             "cannot be read"},
            {"a broken certificate",
             listener("certificate: broken.crt, private_key: tls.key"),
             "1:57",
             "cannot be read"},
            {"a broken key",
             listener("certificate: tls.crt, private_key: broken.key"),
             "1:79",
             "cannot be read"},
            {"a broken chain",
             listener("certificate: second_broken.crt, private_key: tls.key"),
             "1:57",
             "cannot be read"},
            {"no authority",
             listener("certificate: tls.crt, private_key: tls.key, client_ca: text"),
             "1:99",
             "BEGIN CERT"},
            {"a missing authority",
             listener("certificate: tls.crt, private_key: tls.key, client_ca: none"),
             "1:99",
             "none"},
            {"an old version",
             listener("certificate: tls.crt, private_key: tls.key, min_version: 1.1"),
             "1:101",
             "1.2"},
        }
    );
}

TEST_CASE("certificates: a chain with its leaf first, and text between, is good", "[config]")
{
    test::world w;
    w.files["/etc/w/tls.crt"] = "subject=CN = localhost\n" + w.files["/etc/w/tls.crt"] + "\n" +
                                test::make_certificate().certificate;
    CHECK(w.problems(test::good_config()).empty());
}

TEST_CASE("certificates: an expired one is a note, not a problem", "[config]")
{
    test::world w;
    const test::pem_pair old = test::make_certificate(-1);
    w.files["/etc/w/tls.crt"] = old.certificate;
    w.files["/etc/w/tls.key"] = old.key;
    const auto loaded = w.load(test::good_config()).config;
    CHECK(loaded.problems.empty());
    REQUIRE(loaded.notes.size() == 1);
    CHECK(loaded.notes[0].line == 1);
}
