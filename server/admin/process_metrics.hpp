#pragma once

#include "admin/families.hpp"

namespace webhookd {

/// The `process_*` families that Prometheus' own clients have, out of /proc/self.
void add_process_metrics(families::all& out);

}  // namespace webhookd
