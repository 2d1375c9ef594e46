#pragma once

#include "base/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

/// Pauses a sink whose attempts fail in a row, and lets one through now and then to probe.
/// A state machine without a clock: the time is an argument. One thread.
class breaker {
public:
    enum class state : std::uint8_t { closed, open, half_open };

    struct settings {
        std::optional<std::uint32_t> failures;  ///< In a row, until it opens. None: never.
        std::chrono::milliseconds probe;        ///< From its opening to the probe.
    };

    explicit breaker(settings s) : settings_{s} {}

    state now() const noexcept { return state_; }

    /// May an attempt start? True once when open and `probe` has passed: that is the probe.
    bool admit(timestamp at) noexcept;
    /// Lets one attempt through before its time, where open.
    void probe_early() noexcept;
    /// When `admit` may say yes; nullopt while a probe is under way.
    std::optional<timestamp> next(timestamp at) const noexcept;

    void succeeded() noexcept;
    void failed(timestamp at) noexcept;
    /// An admitted attempt ended without a word on the destination.
    void abandoned(timestamp at) noexcept;

    /// `closed 3` or `open 12 1771235950000000`: state, failures in a row, when it opened.
    std::string encode() const;
    /// Takes up what `encode` wrote; anything else changes nothing.
    void decode(std::string_view text);

private:
    settings settings_;
    state state_ = state::closed;
    std::uint32_t failures_ = 0;
    timestamp opened_{};
};

/// `closed`, `open`, `half_open`.
const char* name(breaker::state s) noexcept;

}  // namespace webhookd
