#pragma once

#include "dispatch/sink.hpp"
#include "sinks/settings.hpp"

#include <memory>
#include <string_view>

namespace webhookd {

/// Makes the sink that `settings` describe.
/// @throws std::runtime_error  with a sentence that says what is wrong and the remedy.
std::unique_ptr<sink> make_sink(const sink_settings& settings, sink_context& context);

/// `file`, `stdout`, `http`, … as in the config's `type:`.
std::string_view type_name(const sink_settings& settings) noexcept;

}  // namespace webhookd
