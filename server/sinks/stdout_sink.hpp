#pragma once

#include "dispatch/sink.hpp"

#include <chrono>
#include <memory>

namespace webhookd {

/// `type: stdout`: NDJSON to a descriptor whose reader may be slow, or gone.
///
/// The descriptor is often shared (a terminal with the shell, a pipe with other programs), so its
/// O_NONBLOCK is never touched. Instead a pipe or terminal is opened anew through /proc/self/fd,
/// which gives a description of our own; a socket is written with MSG_DONTWAIT; where neither
/// works, it is waited for and then written in pieces of PIPE_BUF, which a pipe that is ready
/// takes without blocking. Readiness is awaited on an epoll descriptor round it, for the same
/// reason: Asio sets O_NONBLOCK on what it waits for.
///
/// @param fd     Stays open and belongs to the caller.
/// @param stall  Without a byte taken for so long, an attempt has failed.
/// @throws std::runtime_error  `fd` is closed.
std::unique_ptr<sink> make_stdout_sink(
    int fd, sink_context& context, std::chrono::milliseconds stall = std::chrono::seconds{10}
);

}  // namespace webhookd
