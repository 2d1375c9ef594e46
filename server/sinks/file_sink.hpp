#pragma once

#include "dispatch/sink.hpp"
#include "sinks/settings.hpp"

#include <memory>

namespace webhookd {

/// `type: file`: an NDJSON file. Lines are written on the dispatch thread, straight from the
/// events' memory; only the sync, which waits for the disk, goes to the pool.
/// @throws std::runtime_error  The file cannot be written.
std::unique_ptr<sink> make_file_sink(const file_sink_settings& settings, sink_context& context);

}  // namespace webhookd
