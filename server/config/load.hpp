#pragma once

#include "base/error.hpp"
#include "config/settings.hpp"

#include <string>
#include <vector>

namespace webhookd {

/// One thing that is wrong with a config file.
struct config_problem {
    std::string file;
    int line = 0;         ///< From 1; 0: the file as a whole.
    int column = 0;       ///< From 1.
    std::string message;  ///< What is wrong, and what would be right.

    /// `file:line:column: message`
    std::string text() const;
};

/// What `load_config` found: settings are good only where there is no problem.
struct loaded_config {
    settings value;
    std::vector<config_problem> problems;
    std::vector<config_problem> notes;  ///< What works but looks wrong; `serve` logs them.
};

/// Reads the file at `path`, fills in defaults, the environment and secrets, makes relative paths
/// absolute (relative to the file's folder), and checks everything: all problems at once. Reads
/// files (secrets, certificates and their keys), changes nothing.
loaded_config load_config(const std::string& path);

/// The config as YAML with every default filled in and secrets masked; loadable but for those.
std::string print_config(const settings& s);

}  // namespace webhookd
