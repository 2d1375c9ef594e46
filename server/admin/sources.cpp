#include "admin/admin.hpp"

namespace webhookd {

admin_sources make_admin_sources(
    std::unique_ptr<store_reader> reader, committer& commits, dispatcher& dispatch
)
{
    admin_sources out;
    out.reader = std::move(reader);
    out.run = [&commits](committer::task work) { return commits.run(std::move(work)); };
    out.commits = [&commits]() -> const committer_stats& { return commits.stats(); };
    out.size = [&commits] { return commits.size(); };
    out.counts = [&commits] { return commits.counts(); };
    out.sinks = [&dispatch] { return dispatch.status(); };
    out.retry_dead_letters = [&dispatch](auto which, auto done) {
        dispatch.retry_dead_letters(std::move(which), std::move(done));
    };
    out.start_replay = [&dispatch](auto what, auto done) {
        dispatch.start_replay(std::move(what), std::move(done));
    };
    out.cancel_replay = [&dispatch](std::uint64_t number) {
        return dispatch.cancel_replay(number);
    };
    out.replays = [&dispatch] { return dispatch.replays(); };
    return out;
}

}  // namespace webhookd
