#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace webhookd {

/// TLS of a listener.
struct tls_settings {
    std::string certificate;               ///< PEM file with the chain, leaf first.
    std::string private_key;               ///< PEM file.
    std::optional<std::string> client_ca;  ///< PEM file: clients must show a certificate of it.
    std::string min_version = "1.2";       ///< "1.2" or "1.3".
};

/// One of `listeners:`.
struct listener_settings {
    std::string address;              ///< `host:port` or `[v6]:port`; port 0: the system picks one.
    std::optional<tls_settings> tls;  ///< None: plain HTTP, said outright by `tls: off`.
    bool proxy_protocol = false;      ///< Required from trusted proxies; nobody else is let in.
};

}  // namespace webhookd
