#pragma once

#include "event/event.hpp"

namespace webhookd {

/// A copy that owns all it shows.
event copy_event(const event& e);

}  // namespace webhookd
