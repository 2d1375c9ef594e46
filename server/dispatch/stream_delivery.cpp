#include "base/log.hpp"
#include "dispatch/delivery.hpp"
#include "dispatch/filter.hpp"
#include "dispatch/letters.hpp"
#include "dispatch/retry.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace webhookd {

namespace {

class stream_delivery final : public delivery {
public:
    stream_delivery(outlet& out, delivery_context& shared)
        : out_{out}, shared_{shared}, news_{shared.ex}, pause_{shared.ex}
    {
    }

    task<> run() override;

    void wake() override { news_.notify(); }

    void finish() override
    {
        finishing_ = true;
        news_.notify();
        pause_.notify();
    }

    void abort() override
    {
        aborted_ = true;
        finish();
    }

    void relieve() override
    {
        relieve_ = true;
        pause_.notify();
    }

private:
    error_code collect();
    bool full() const noexcept;
    void take(const stretch& s);
    task<> deliver_batch();
    task<> failed(const attempt& a);
    task<bool> give_up_front(std::size_t count, std::string reason, std::string detail);
    void advance(std::size_t count);

    outlet& out_;
    delivery_context& shared_;
    signal news_;
    alarm pause_;
    bool finishing_ = false, aborted_ = false, relieve_ = false;

    std::vector<const event*> batch_;  ///< What is to be delivered next; in order.
    std::vector<shared_batch> owners_;
    std::size_t delivered_ = 0;  ///< Of `batch_`, from the front.
    std::size_t bytes_ = 0;
    std::uint64_t upto_ = 0;  ///< With `batch_`, everything up to here is done.
    retry_record tried_;      ///< Of the front.
    std::uint32_t failures_ = 0;
};

bool stream_delivery::full() const noexcept
{
    return batch_.size() >= out_.policy.batch_events_max || bytes_ >= out_.policy.batch_bytes_max;
}

void stream_delivery::take(const stretch& s)
{
    bool used = false;
    for (const event& e : s.events) {
        if (passes(out_.settings.filter, e)) {
            batch_.push_back(&e);
            bytes_ += memory_of(e);
            used = true;
        }
        upto_ = e.sequence;
        if (full())
            break;
    }
    if (used)
        owners_.push_back(s.owner);
}

// Fills the batch with what there is, without waiting; one read of the store at most.
error_code stream_delivery::collect()
{
    batch_.clear();
    owners_.clear();
    delivered_ = bytes_ = 0;
    upto_ = out_.done.low_water();
    while (!full()) {
        const auto s = shared_.source.read(upto_, out_.policy.batch_events_max - batch_.size());
        if (!s)
            return s.error();
        if (!s->owner) {
            // What retention took is nobody's any more.
            upto_ = std::max(upto_, shared_.source.newest());
            break;
        }
        take(*s);
        if (!s->shared)
            break;
    }
    return {};
}

task<> stream_delivery::run()
{
    while (!aborted_) {
        const auto ec = collect();
        if (ec) {
            log::error(
                "cannot read events for a sink",
                {{"sink.name", out_.name()}, {"error.message", ec.message()}}
            );
            if (finishing_)
                break;
            co_await pause_.wait_until(steady::now() + store_retry);
            continue;
        }
        if (upto_ == out_.done.low_water()) {
            out_.counters.oldest_micros = 0;
            if (finishing_)
                break;
            co_await news_.wait();
            continue;
        }
        if (!batch_.empty()) {
            co_await deliver_batch();
            if (delivered_ < batch_.size())
                break;
        }
        out_.mark_done(out_.done.low_water() + 1, upto_);
        out_.fetched = upto_;
        co_await asio::post(shared_.ex, asio::use_awaitable_t<executor>{});
    }
}

void stream_delivery::advance(std::size_t count)
{
    if (count == 0)
        return;
    delivered_ += count;
    out_.mark_done(out_.done.low_water() + 1, batch_[delivered_ - 1]->sequence);
    out_.fetched = out_.done.low_water();
    tried_ = {};
    failures_ = 0;
}

// Delivers the batch; gives it up where it is told to end.
task<> stream_delivery::deliver_batch()
{
    while (delivered_ < batch_.size() && !aborted_) {
        const std::span<const event* const> rest = std::span{batch_}.subspan(delivered_);
        out_.counters.oldest_micros = rest.front()->recorded.time_since_epoch().count();
        co_await out_.output.enter();
        attempt a;
        {
            const turn mine{out_.output};
            a = co_await out_.try_once(rest);
        }
        const bool done = a.what == attempt::outcome::done;
        advance(done ? rest.size() : std::min(a.taken, rest.size()));
        if (done)
            relieve_ = false;
        else
            co_await failed(a);
        if (!done && finishing_)
            break;
    }
}

task<> stream_delivery::failed(const attempt& a)
{
    if (aborted_ || delivered_ == batch_.size())
        co_return;
    if (tried_.attempts++ == 0)
        tried_.first = now();
    ++failures_;
    auto delay = a.retry_after.value_or(
        backoff({out_.policy.retry_initial, out_.policy.retry_max}, failures_, shared_.random())
    );
    if (a.what == attempt::outcome::never) {
        const bool buried = co_await give_up_front(1, a.reason, a.detail);
        if (buried)
            co_return;
        delay = store_retry;
    }
    const auto until = steady::now() + delay;
    while (steady::now() < until && !finishing_ && delivered_ < batch_.size()) {
        co_await pause_.wait_until(until);
        if (!relieve_)
            continue;
        relieve_ = false;
        const std::string reason{dropped};
        const std::string detail = "the store was full: " + a.detail;
        co_await give_up_front(relieve_events_max, reason, detail);
    }
}

task<bool> stream_delivery::give_up_front(std::size_t count, std::string reason, std::string detail)
{
    count = std::min(count, batch_.size() - delivered_);
    std::vector<dead_letter> letters;
    for (std::size_t i = 0; i < count; ++i) {
        const retry_record tried = i == 0 ? tried_ : retry_record{};
        letters.push_back(make_letter(out_, *batch_[delivered_ + i], reason, detail, tried));
    }
    // Everything in front of them is done, filtered ones too: the cursor may pass.
    out_.mark_done(out_.done.low_water() + 1, batch_[delivered_]->sequence - 1);
    const auto r = co_await bury(shared_.commits, out_, std::move(letters));
    if (!r)
        co_return false;
    advance(count);
    co_return true;
}

}  // namespace

std::unique_ptr<delivery> make_stream_delivery(outlet& out, delivery_context& shared)
{
    return std::make_unique<stream_delivery>(out, shared);
}

}  // namespace webhookd
