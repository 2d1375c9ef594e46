#include "dispatch/outlet.hpp"

#include "base/log.hpp"

#include <charconv>
#include <exception>

namespace webhookd {

namespace {

constexpr std::size_t saved_bytes_max = 60 * 1024;  // The store takes 64 KiB of each.
constexpr std::chrono::seconds report_interval{10};

template <class T>
bool take_number(std::string_view& text, T& into, char behind)
{
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), into);
    if (ec != std::errc{} || end == text.data() + text.size() || *end != behind)
        return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return true;
}

}  // namespace

void outlet_counters::set_error(std::string text)
{
    std::lock_guard lock{mutex_};
    last_error_ = std::move(text);
}

std::string outlet_counters::last_error() const
{
    std::lock_guard lock{mutex_};
    return last_error_;
}

outlet::outlet(sink_settings s, std::unique_ptr<sink> t, executor ex)
    : settings{std::move(s)},
      target{std::move(t)},
      policy{target->policy()},
      gate{breaker::settings{policy.breaker_failures, policy.breaker_probe}},
      output{ex},
      saving{ex}
{
}

task<attempt> outlet::try_once(std::span<const event* const> batch)
{
    attempt a;
    counters.attempts.fetch_add(1, std::memory_order_relaxed);
    try {
        a = co_await target->deliver(batch);
    }
    catch (const std::exception& e) {
        a = attempt::again(std::string{"unexpected: "} + e.what());
    }
    const std::size_t taken = a.what == attempt::outcome::done ? batch.size() : a.taken;
    counters.delivered.fetch_add(taken, std::memory_order_relaxed);
    report(a);
    co_return a;
}

// Says when a sink starts to fail and when it works again, not every failure.
void outlet::report(const attempt& a)
{
    if (a.what == attempt::outcome::done) {
        if (failing_ && gate.now() == breaker::state::closed)
            log::info("sink works again", {{"sink.name", name()}});
        failing_ = false;
        return;
    }
    counters.failures.fetch_add(1, std::memory_order_relaxed);
    counters.set_error(a.detail);
    ++failed_unreported_;
    failing_ = true;
    if (steady::now() < next_report_)
        return;
    next_report_ = steady::now() + report_interval;
    log::warn(
        "sink failed",
        {{"sink.name", name()},
         {"error.message", a.detail},
         {"attempts.failed", std::exchange(failed_unreported_, 0)}}
    );
}

void outlet::mark_done(std::uint64_t first, std::uint64_t last)
{
    done.done(first, last);
    dirty = true;
    counters.cursor.store(done.low_water(), std::memory_order_relaxed);
    counters.done_above.store(done.done_above(), std::memory_order_relaxed);
}

sink_cursor outlet::snapshot(const progress& as_if) const
{
    sink_cursor c;
    c.name = name();
    c.low_water = as_if.low_water();
    c.done_above = as_if.encode(saved_bytes_max);
    c.state = gate.encode() + "\n";
    for (const auto& [sequence, r] : retries) {
        if (c.state.size() > saved_bytes_max)
            break;
        c.state += std::to_string(sequence) + " " + std::to_string(r.attempts) + " " +
                   std::to_string(r.first.time_since_epoch().count()) + "\n";
    }
    return c;
}

void outlet::restore(const sink_cursor& saved)
{
    auto above = progress::decode(saved.low_water, saved.done_above);
    if (!above)
        log::warn(
            "what a sink has done above its cursor cannot be read: some events will come again",
            {{"sink.name", name()}}
        );
    done = above ? std::move(*above) : progress{saved.low_water};
    fetched = durable = saved.low_water;
    std::string_view state = saved.state;
    const auto line = state.find('\n');
    gate.decode(state.substr(0, line));
    counters.gate = gate.now();
    state.remove_prefix(line == std::string_view::npos ? state.size() : line + 1);
    std::uint64_t sequence = 0;
    std::uint32_t attempts = 0;
    std::int64_t micros = 0;
    while (take_number(state, sequence, ' ') && take_number(state, attempts, ' ') &&
           take_number(state, micros, '\n'))
        retries[sequence] = {attempts, timestamp{std::chrono::microseconds{micros}}};
    mark_done(0, 0);
}

}  // namespace webhookd
