#pragma once

#include <string>
#include <string_view>

namespace webhookd::commands {

/// A message as `GET /v1/messages/{id}` answers it, told for a person: who, what for, and what
/// happened when.
/// @throws std::runtime_error  where `json` is not such an answer.
std::string timeline_text(std::string_view json);

}  // namespace webhookd::commands
