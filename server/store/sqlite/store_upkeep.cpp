// The part of the store that is not asked for by anybody: upkeep, and the events of its own making.
#include "base/json.hpp"
#include "event/identity.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <string>

namespace webhookd::sqlite {

namespace {

// As much as a commit may want, so that a probe that works is no false hope.
constexpr int probe_size = 64 * 1024;

// `ai.connectly.delivery_status.sent` -> `connectly`
std::string provider_of(std::string_view status_type)
{
    constexpr std::string_view front = "ai.", end = ".delivery_status.sent";
    return std::string{
        status_type.substr(front.size(), status_type.size() - front.size() - end.size())
    };
}

}  // namespace

// A message nothing more was heard of, told as an event without a body.
event sqlite_store::tell_stuck(const stuck_message& stuck, timestamp at)
{
    message_row& row = *stuck.row;
    const message_id id = message_id::from_key(row.key);
    const endpoint to{stuck.source, provider_of(stuck.sent_type), stuck.name_space};
    const std::string type = "ai." + to.provider + ".message.stuck";
    const std::string business = json::quoted(row.state.business.text);
    std::string key;
    append_hex(key, as_bytes(row.key));

    receipt r;
    r.text = id.text();
    r.subject = r.text;
    r.to = &to;
    r.received = r.time = at;
    r.id = event_id_of(stuck.name_space, {"stuck", key});
    r.topic = topic::delivery_status;
    r.topic_name = "message";
    r.type = type;
    r.message = id;
    r.status = delivery_status::sent;
    r.status_text = "sent";
    r.customer = correlation::party_of(row.state.customer.text);
    r.business.id_json = row.state.business.text.empty() ? std::string_view{} : business;
    r.form = payload_form::none;

    correlated c;
    c.link = link::message_id;
    c.message = id;
    c.context_json = row.context;
    c.callback_data_json = row.state.callback_data.text;
    c.campaign = row.state.campaign.text;
    c.lifecycle = correlation::view(
        row.state,
        {.changed = false, .previous = delivery_status::sent, .transition = transition::repeat}
    );
    const conversation_row* const conversation =
        row.conversation == 0 ? nullptr : correlator_.conversations().at(row.conversation);
    if (conversation) {
        c.window_open = correlation::window_open(conversation->last_inbound, at);
        c.window_expires = correlation::window_expires(conversation->last_inbound);
    }

    event e = make_event(r, c, at);
    if (conversation && !conversation->names.empty())
        e.customer = conversation->names.back();
    events_.append(e, std::nullopt);
    row.events.append({e.id, e.sequence, e.time, names_.number_of(e.type)});
    row.stuck_told = true;
    correlator_.messages().touch(row, at);
    return e;
}

result<shared_batch> sqlite_store::upkeep(timestamp at, std::uint64_t low_water)
{
    auto stuck = guarded<std::vector<stuck_message>>("upkeep failed", [&] {
        return result<std::vector<stuck_message>>{upkeep_.find_stuck(at, last_sequence_)};
    });
    if (!stuck)
        return errc::store_failed;

    auto batch = std::make_shared<event_batch>();
    const bool tells = !stuck->empty();
    const auto done = write<void>("upkeep failed", tells, [&]() -> result<void> {
        for (const stuck_message& s : *stuck)
            batch->events.push_back(tell_stuck(s, at));
        correlator_.flush();
        upkeep_.save_position();
        upkeep_.prune(at, low_water, last_sequence_);
        return {};
    });
    if (!done)
        return done.error();
    try {
        if (!lost())
            upkeep_.checkpoint(at, last_sequence_);
    }
    catch (const sqlite_error& e) {
        failed("a checkpoint failed", e);
        if (!tells)
            return errc::store_failed;
    }
    return tells ? shared_batch{std::move(batch)} : shared_batch{};
}

result<void> sqlite_store::lend_thread(run_beside run)
{
    return guarded<void>("the store cannot be opened a second time", [&]() -> result<void> {
        upkeep_.copy_beside(std::move(run));
        return {};
    });
}

bool sqlite_store::probe() noexcept
{
    try {
        if (lost() || upkeep_.full())
            return false;
        set_durable(true);
        statement fill{db_, "INSERT OR REPLACE INTO probe(id, filler) VALUES(1, zeroblob(?1))"};
        for (const int size : {probe_size, 0}) {
            transaction t{db_};
            fill.bind(1, size).run();
            t.commit();
        }
        return true;
    }
    catch (const sqlite_error& e) {
        lost_ = lost_ || e.sync_failed();
        return false;
    }
}

}  // namespace webhookd::sqlite
