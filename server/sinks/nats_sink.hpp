#pragma once

#include "dispatch/sink.hpp"
#include "sinks/settings.hpp"

#include <memory>

namespace webhookd {

/// `type: nats`: one JetStream message an event, in order. Only what a stream has acknowledged
/// counts; `Nats-Msg-Id` is the event id, so that the stream drops a repeat. The server need not
/// be there at start: it is connected to with the first event, and again whenever it was away.
/// @throws std::runtime_error  A setting cannot be used.
std::unique_ptr<sink> make_nats_sink(const nats_sink_settings& settings, sink_context& context);

}  // namespace webhookd
