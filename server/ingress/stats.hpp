#pragma once

#include "base/histogram.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace webhookd {

struct request_count {
    std::string endpoint;  ///< The path; empty where no endpoint was reached.
    std::string outcome;   ///< accepted, duplicate, or the refusal's reason.
    std::uint64_t count = 0;
};

/// What the network threads have counted, added up. All label sets are there from the start.
struct ingress_snapshot {
    std::vector<request_count> requests;                              ///< webhook_requests_total
    std::vector<std::pair<std::string, std::uint64_t>> secrets_used;  ///< webhook_secret_used_total
    histogram_snapshot request_seconds;  ///< http_server_request_duration_seconds
    std::uint64_t active_connections = 0;
    std::uint64_t accepted_connections = 0;
    std::uint64_t refused_connections = 0;
    /// Each listener's certificate: address, and its notAfter in Unix seconds.
    std::vector<std::pair<std::string, std::int64_t>> certificates_not_after;
};

}  // namespace webhookd
