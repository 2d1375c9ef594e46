#pragma once

#include "commit/committer.hpp"
#include "dispatch/async.hpp"
#include "dispatch/event_copy.hpp"
#include "dispatch/outlet.hpp"
#include "store/store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the dispatch thread has written by the writer thread: cursors and dead letters.
namespace webhookd {

/// Runs `work` on the writer thread and comes back with its result.
/// @error stopping  The committer took no more work.
template <class T>
task<result<T>> on_writer(committer& commits, std::function<result<T>(store&)> work)
{
    const auto ex = co_await asio::this_coro::executor;
    reply<std::optional<result<T>>> answer{ex};
    auto send = answer.sender();
    commits.run([w = std::move(work), s = std::move(send)](store& kept) { s(w(kept)); });
    send = nullptr;
    auto there = co_await answer.receive();
    if (!there)
        co_return errc::stopping;
    co_return std::move(*there);
}

/// Saves what has changed of the outlets' cursors: makes their output durable first, so that no
/// cursor claims what a power cut could take. @error  As of the store, or of an outlet's sync.
task<result<void>> save_cursors(committer& commits, std::vector<outlet*> outlets);

/// The reason of letters that made room in a full store: only the newest of them are kept, up to
/// `outlet::dropped_bytes_max`.
inline constexpr std::string_view dropped = "dropped";

/// Turns `letters`, all of one reason, into dead letters of `from`, and saves its cursor with them
/// done, in one transaction. On failure nothing is done.
task<result<void>> bury(committer& commits, outlet& from, std::vector<dead_letter> letters);

/// A new dead letter of `e`.
dead_letter make_letter(
    const outlet& from, const event& e, std::string reason, std::string detail, retry_record tried
);

}  // namespace webhookd
