#pragma once

#include "config/document.hpp"

namespace webhookd::config {

/// `text` with the environment filled in, or what is wrong with it.
struct expanded {
    std::string text;
    std::string problem;  ///< Empty where all is well.
};

/// Fills in `${NAME}` and `${NAME:-default}`; the default also stands in for an empty variable, as
/// in a shell. `$$` is one `$`; a `$` before anything else is itself. What is filled in is text:
/// it is never read as YAML and not filled in again.
expanded expand(std::string_view text, const environment& env);

}  // namespace webhookd::config
