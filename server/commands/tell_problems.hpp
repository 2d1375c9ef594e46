#pragma once

#include "config/load.hpp"

#include <string>

namespace webhookd::commands {

/// Writes what is wrong with a config, one thing a line, to stderr: problems, then notes.
void tell_problems(const loaded_config& config);

}  // namespace webhookd::commands
