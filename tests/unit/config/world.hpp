#pragma once

#include "config/load_text.hpp"

#include <map>
#include <set>
#include <string>

namespace webhookd::test {

/// A certificate and its key, PEM.
struct pem_pair {
    std::string certificate;
    std::string key;
};

/// A self-signed certificate over a fresh key.
/// @param days  From now to its end; less than 0: expired.
pem_pair make_certificate(int days = 30);

/// `key` under a passphrase.
std::string encrypt_key(const std::string& key);

/// What a config can see of the world, all of it made up: a folder `/etc/w` with a good
/// certificate (`tls.crt`, `tls.key`), its secrets, and nothing else.
struct world {
    world();

    std::map<std::string, std::string> files;
    std::map<std::string, std::string> env;
    std::set<std::string> folders{"/etc/w"};

    config::surroundings around() const;
    config::loaded_text load(const std::string& yaml) const;
    /// The problems as `line:column: message`, one a line.
    std::string problems(const std::string& yaml) const;
};

/// A whole good config of few lines, and the same with one section of it in other words.
std::string good_config();
std::string with_listeners(const std::string& yaml);
std::string with_endpoints(const std::string& yaml);
std::string with_sinks(const std::string& yaml);
/// `more` behind a good config: a section that it does not have.
std::string with(const std::string& more);

/// The problems as they are told, one a line.
std::string all_text(const std::vector<config_problem>& problems);

/// How often `part` is in `text`.
std::size_t count_of(const std::string& text, const std::string& part);

}  // namespace webhookd::test
