#pragma once

#include "providers/provider.hpp"

namespace webhookd::connectly {

/// The provider `connectly`.
const provider& instance() noexcept;

}  // namespace webhookd::connectly
