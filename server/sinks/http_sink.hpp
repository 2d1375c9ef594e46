#pragma once

#include "dispatch/sink.hpp"
#include "sinks/settings.hpp"

#include <memory>

namespace webhookd {

/// `type: http`: one POST an event, with Standard Webhooks headers.
/// @throws std::runtime_error  The URL, a certificate or a secret cannot be used.
std::unique_ptr<sink> make_http_sink(const http_sink_settings& settings, sink_context& context);

}  // namespace webhookd
