#pragma once

#include "config/reader.hpp"

namespace webhookd::config {

/// A config read from memory, and the keys that were asked for on the way.
struct loaded_text {
    loaded_config config;
    std::map<std::string, bool> keys;  ///< As in `loading`.
};

/// What `load_config` does with a file's text. `file` stands in the problems; nothing outside of
/// `around` is looked at.
loaded_text load_text(std::string_view yaml, std::string file, const surroundings& around);

}  // namespace webhookd::config
