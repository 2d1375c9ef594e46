#pragma once

#include "admin/admin.hpp"

#include <string>

namespace webhookd {

/// Everything that is counted, as Prometheus text (design §9). Made at the time of the call.
std::string metrics_text(admin_sources& sources);

}  // namespace webhookd
