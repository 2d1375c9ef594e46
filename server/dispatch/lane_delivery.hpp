#pragma once

#include "dispatch/delivery.hpp"
#include "dispatch/lanes.hpp"

#include <optional>
#include <string>

namespace webhookd {

/// Delivery to a keyed sink: takes events in, as far as the window has room, and keeps up to
/// `concurrency` lanes under way. See `make_lane_delivery`.
class lane_delivery final : public delivery {
public:
    lane_delivery(outlet& out, delivery_context& shared, window_settings window)
        : out_{out}, shared_{shared}, window_{window}, changed_{shared.ex}
    {
    }

    task<> run() override;

    void wake() override { changed_.notify(); }

    void finish() override
    {
        finishing_ = true;
        changed_.notify();
    }

    void abort() override
    {
        aborted_ = true;
        finish();
    }

    void relieve() override
    {
        relieve_ = true;
        changed_.notify();
    }

private:
    std::size_t room() const noexcept;

    bool one_key_fails() const noexcept { return failing_key_ && !several_failing_; }

    error_code fetch(bool& more);
    void take(const event& e, const stretch& from, bool sparse);
    void start_workers();
    lane* next();
    steady::time_point next_time() const;
    task<> work(lane* first);
    task<> try_front(lane& l);
    void answered();
    task<> failed(lane& l, const attempt& a);
    void hold(lane& l, steady::duration delay);
    task<bool> bury_front(lane& l, std::string reason, std::string detail);
    task<> drop_oldest();
    void note_oldest();

    outlet& out_;
    delivery_context& shared_;
    const window_settings window_;
    alarm changed_;
    lane_set lanes_;
    std::uint32_t active_ = 0;
    bool finishing_ = false, aborted_ = false, relieve_ = false;
    bool starved_ = false;                    ///< There were more events than room.
    std::optional<std::string> failing_key_;  ///< Of the first of the failures in a row.
    bool several_failing_ = false;            ///< The others were not all of that key.
};

}  // namespace webhookd
