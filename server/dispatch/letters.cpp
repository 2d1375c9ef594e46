#include "dispatch/letters.hpp"

#include "base/log.hpp"
#include "dispatch/feed.hpp"

#include <algorithm>

namespace webhookd {

task<result<void>> save_cursors(committer& commits, std::vector<outlet*> outlets)
{
    error_code failed;
    auto cursors = std::make_shared<std::vector<sink_cursor>>();
    std::vector<outlet*> saved;
    std::vector<std::unique_ptr<turn>> turns;
    for (outlet* o : outlets) {
        if (!o->dirty)
            continue;
        co_await o->saving.enter();
        turns.push_back(std::make_unique<turn>(o->saving));
        // The snapshot first: what it claims was written before the sync began.
        auto cursor = o->snapshot();
        o->dirty = false;
        const auto synced = co_await o->target->sync();
        if (!synced) {
            failed = synced.error();
            o->dirty = true;
            o->counters.set_error("cannot sync: " + failed.message());
            continue;
        }
        cursors->push_back(std::move(cursor));
        saved.push_back(o);
    }
    if (!saved.empty()) {
        std::function<result<void>(store&)> work = [cursors](store& kept) {
            return kept.save_cursors(*cursors);
        };
        const auto r = co_await on_writer<void>(commits, std::move(work));
        for (std::size_t i = 0; i < saved.size(); ++i) {
            if (r)
                saved[i]->durable = (*cursors)[i].low_water;
            else
                saved[i]->dirty = true;
        }
        if (!r)
            failed = r.error();
    }
    if (failed)
        co_return failed;
    co_return result<void>{};
}

namespace {

struct parcel {
    std::vector<dead_letter> letters;
    std::vector<sink_cursor> cursors;
    bool replaces = false;  ///< Earlier ones of the same reason go first.
};

// What is dropped makes room, so it may not fill the store itself: of the letters as many are
// kept, the newest, as have room.
void keep_newest(outlet& from, parcel& what)
{
    std::uint64_t bytes = 0;
    std::size_t kept = 0;
    while (kept < what.letters.size()) {
        bytes += memory_of(what.letters[what.letters.size() - 1 - kept].event);
        if (bytes > from.dropped_bytes_max)
            break;
        ++kept;
    }
    const auto gone = static_cast<std::ptrdiff_t>(what.letters.size() - kept);
    what.letters.erase(what.letters.begin(), what.letters.begin() + gone);
    what.replaces = from.dropped_bytes + bytes > from.dropped_bytes_max;
    from.dropped_bytes = what.replaces ? bytes : from.dropped_bytes + bytes;
}

result<void> write_letters(store& kept, const outlet& from, const parcel& what)
{
    if (what.replaces) {
        dead_letter_filter earlier;
        earlier.sink = from.name();
        earlier.reason = dropped;
        const auto r = kept.drop_dead_letters(earlier);
        if (!r)
            return r.error();
    }
    return kept.add_dead_letters(what.letters, what.cursors);
}

}  // namespace

task<result<void>> bury(committer& commits, outlet& from, std::vector<dead_letter> letters)
{
    co_await from.saving.enter();
    const turn mine{from.saving};
    const std::string reason = letters.front().reason;
    std::vector<std::uint64_t> sequences;
    progress with = from.done;
    for (const dead_letter& l : letters) {
        sequences.push_back(l.event.sequence);
        with.done(l.event.sequence);
    }
    auto what = std::make_shared<parcel>();
    what->letters = std::move(letters);
    what->cursors.push_back(from.snapshot(with));
    if (reason == dropped)
        keep_newest(from, *what);
    const auto synced = co_await from.target->sync();
    if (!synced)
        co_return synced.error();
    std::function<result<void>(store&)> work = [what, &from](store& kept) {
        return write_letters(kept, from, *what);
    };
    const auto r = co_await on_writer<void>(commits, std::move(work));
    if (!r)
        co_return r;
    for (std::uint64_t s : sequences) {
        from.mark_done(s, s);
        from.retries.erase(s);
    }
    from.durable = what->cursors.front().low_water;
    log::warn(
        "events became dead letters",
        {{"sink.name", from.name()},
         {"dead_letter.count", sequences.size()},
         {"dead_letter.reason", reason}}
    );
    co_return result<void>{};
}

dead_letter make_letter(
    const outlet& from, const event& e, std::string reason, std::string detail, retry_record tried
)
{
    dead_letter l;
    l.sink = from.name();
    l.reason = std::move(reason);
    l.detail = std::move(detail);
    l.attempts = tried.attempts;
    l.last_attempt = now();
    l.first_attempt = tried.attempts == 0 ? l.last_attempt : tried.first;
    l.event = copy_event(e);
    return l;
}

}  // namespace webhookd
