#include "dispatch/breaker.hpp"

#include <charconv>

namespace webhookd {

bool breaker::admit(timestamp at) noexcept
{
    switch (state_) {
        case state::closed: return true;
        case state::half_open: return false;
        case state::open: break;
    }
    // A clock that was set back must not hold the sink for longer than a probe's interval.
    if (at < opened_)
        opened_ = at;
    if (at - opened_ < settings_.probe)
        return false;
    state_ = state::half_open;
    return true;
}

void breaker::probe_early() noexcept
{
    if (state_ == state::open)
        state_ = state::half_open;
}

std::optional<timestamp> breaker::next(timestamp at) const noexcept
{
    if (state_ == state::closed)
        return at;
    if (state_ == state::half_open)
        return std::nullopt;
    return opened_ + settings_.probe;
}

void breaker::succeeded() noexcept
{
    state_ = state::closed;
    failures_ = 0;
}

void breaker::failed(timestamp at) noexcept
{
    if (failures_ < UINT32_MAX)
        ++failures_;
    // An attempt that was under way when it opened says nothing new.
    if (state_ == state::open)
        return;
    if (state_ == state::half_open || (settings_.failures && failures_ >= *settings_.failures)) {
        state_ = state::open;
        opened_ = at;
    }
}

void breaker::abandoned(timestamp at) noexcept
{
    if (state_ != state::half_open)
        return;
    state_ = state::open;
    opened_ = at;
}

std::string breaker::encode() const
{
    std::string out = state_ == state::closed ? "closed " : "open ";
    out += std::to_string(failures_);
    if (state_ != state::closed)
        out += " " + std::to_string(opened_.time_since_epoch().count());
    return out;
}

void breaker::decode(std::string_view text)
{
    const auto number = [&text](auto& into) {
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), into);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        return ec == std::errc{};
    };
    const bool open = text.starts_with("open ");
    if (!open && !text.starts_with("closed "))
        return;
    text.remove_prefix(open ? 5 : 7);
    std::uint32_t failures = 0;
    std::int64_t micros = 0;
    if (!number(failures))
        return;
    if (open) {
        if (!text.starts_with(' '))
            return;
        text.remove_prefix(1);
        if (!number(micros))
            return;
    }
    if (open && !settings_.failures)
        return;
    failures_ = failures;
    state_ = open ? state::open : state::closed;
    opened_ = timestamp{std::chrono::microseconds{micros}};
}

const char* name(breaker::state s) noexcept
{
    switch (s) {
        case breaker::state::closed: return "closed";
        case breaker::state::open: return "open";
        case breaker::state::half_open: return "half_open";
    }
    return "closed";
}

}  // namespace webhookd
