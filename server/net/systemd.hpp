#pragma once

#include <chrono>
#include <optional>
#include <string_view>

/// The service manager's side channel (sd_notify(3)), without its library.
namespace webhookd::systemd {

/// Sends `state` (`READY=1`, `STOPPING=1`, `WATCHDOG=1`, …) to $NOTIFY_SOCKET. Does nothing where
/// there is none.
void notify(std::string_view state) noexcept;

/// How often `WATCHDOG=1` is wanted: half of $WATCHDOG_USEC. Nullopt: no watchdog.
std::optional<std::chrono::microseconds> watchdog_interval() noexcept;

}  // namespace webhookd::systemd
