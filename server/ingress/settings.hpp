#pragma once

#include "base/secret.hpp"
#include "net/settings.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace webhookd {

/// One of `endpoints:`.
struct endpoint_settings {
    std::string path;      ///< `/webhooks/connectly`; compared exactly, without query.
    std::string provider;  ///< A name `find_provider` knows.
    std::string name_space = "default";
    std::vector<named_secret> secrets;  ///< At least one.
};

/// `limits:`. Zero never means unlimited.
struct limit_settings {
    std::uint64_t max_body = 1u << 20;       ///< Bytes; over it: 413.
    std::uint32_t max_connections = 10'000;  ///< All traffic listeners together.
    std::uint64_t max_queue = 64ull << 20;   ///< Bytes of bodies waiting for the writer.
    std::chrono::milliseconds handshake_timeout{10'000};
    std::chrono::milliseconds header_timeout{10'000
    };  ///< First byte of a request to its last header.
    std::chrono::milliseconds body_timeout{30'000};  ///< Last header to the body's end.
    std::chrono::milliseconds idle_timeout{75'000};  ///< Between requests.
};

struct ingress_settings {
    std::vector<listener_settings> listeners;
    std::vector<std::string> trusted_proxies;  ///< Address blocks: `10.0.0.0/8`, `fd00::/8`, `::1`.
    std::vector<endpoint_settings> endpoints;
    limit_settings limits;
    unsigned threads = 0;  ///< 0: one a core.
};

}  // namespace webhookd
