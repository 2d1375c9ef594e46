#pragma once

#include "dispatch/apart.hpp"
#include "dispatch/delivery.hpp"
#include "dispatch/dispatcher.hpp"
#include "dispatch/feed.hpp"
#include "dispatch/outlet.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace webhookd {

/// The dispatcher's inside: the thread, the sinks, and who saves their cursors. Everything runs on
/// the dispatch thread but what says otherwise.
class dispatcher::body {
public:
    body(std::vector<sink_settings> sinks, store_settings store);
    ~body();

    void start(committer& commits);              ///< The main thread.
    void publish(shared_batch batch);            ///< Any thread.
    void stop(std::chrono::milliseconds grace);  ///< The main thread.
    std::vector<sink_status> status() const;     ///< Any thread.
    std::vector<replay_status> replays() const;  ///< Any thread.
    bool cancel_replay(std::uint64_t number);    ///< Any thread.

    /// Runs `work` on the dispatch thread. False: it has ended. Any thread.
    template <class F>
    bool post(F work)
    {
        std::lock_guard lock{state_};
        if (!running_)
            return false;
        asio::post(io_, std::move(work));
        return true;
    }

    void reopen();
    void retry(dead_letter_filter which, std::function<void(result<std::uint64_t>)> done);
    result<std::uint64_t> start_replay(const replay_request& what);

private:
    void place(const std::vector<sink_cursor>& saved, const store_size& size);
    void place_one(outlet& o, const sink_cursor* saved, const store_size& size);
    void save_first();
    void spawn_all();
    void take_in(shared_batch batch, std::size_t events);
    void set_low_water();
    void upkeep();
    void look_after_orphans();
    task<> run_one(delivery& d);
    task<> keep_saving();
    task<> end(std::chrono::milliseconds grace);
    task<> wait_ended(steady::time_point until);

    const store_settings store_;
    asio::io_context io_{1};
    asio::thread_pool blocking_{1};
    sink_context context_{io_, blocking_};
    std::optional<asio::executor_work_guard<executor>> work_;
    std::vector<std::unique_ptr<outlet>> outlets_;
    committer* commits_ = nullptr;
    std::mt19937_64 random_{std::random_device{}()};

    // Made by `start`.
    std::unique_ptr<feed> feed_;
    std::unique_ptr<delivery_context> shared_;
    std::vector<std::unique_ptr<delivery>> deliveries_;
    std::unique_ptr<apart> apart_;
    std::size_t running_deliveries_ = 0;
    alarm ended_{io_.get_executor()};
    alarm tick_{io_.get_executor()};
    bool stopping_ = false, saving_ = false;
    steady::time_point next_orphan_look_{};

    // Shared with other threads.
    std::atomic<std::uint64_t> newest_{0};
    std::atomic<std::size_t> posted_events_{0};
    std::atomic<bool> skipped_{false};
    mutable std::mutex state_;
    bool running_ = false;              ///< Under `state_`.
    std::vector<sink_cursor> orphans_;  ///< Under `state_`: cursors of no configured sink.
    std::thread thread_;
};

}  // namespace webhookd
