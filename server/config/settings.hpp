#pragma once

#include "admin/settings.hpp"
#include "base/log.hpp"
#include "ingress/settings.hpp"
#include "sinks/settings.hpp"
#include "store/settings.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace webhookd {

struct log_settings {
    log::level level = log::level::info;
    log::format format = log::format::json;
};

struct shutdown_settings {
    std::chrono::milliseconds delay{0};       ///< Readiness fails, and still accepting.
    std::chrono::milliseconds grace{25'000};  ///< Then requests and sinks have so long.
};

/// The whole config, defaults filled in, secrets read, relative paths made absolute.
struct settings {
    ingress_settings ingress;
    store_settings store;
    std::vector<sink_settings> sinks;
    std::optional<admin_settings> admin;  ///< None: `admin: off`.
    log_settings log;
    shutdown_settings shutdown;
};

}  // namespace webhookd
