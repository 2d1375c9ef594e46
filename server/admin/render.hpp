#pragma once

#include "dispatch/dispatcher.hpp"
#include "store/store.hpp"

#include <string>
#include <string_view>

/// The admin API's JSON, field by field (design §9). Each function appends one JSON value.
namespace webhookd::render {

void message(std::string& out, const message_summary& m);
/// The same with `replies` and `events`.
void message(std::string& out, const message_record& m);
void conversation(std::string& out, const conversation_record& c);
void campaign(std::string& out, const campaign_totals& c);
/// `dead_letters` waiting of this sink.
void sink(std::string& out, const sink_status& s, std::uint64_t dead_letters);
/// @param whole  With the event's whole line, else its id, type and time.
void letter(std::string& out, const dead_letter& d, bool whole);
void replay(std::string& out, const replay_status& r);
/// The event's CloudEvents line, without the newline.
void line(std::string& out, const event& e);

/// `{"items":[…],"next":…}` of a page; `each(out, item)` appends an item.
template <class Items, class Each>
std::string list(const Items& items, std::string_view next, Each each);

void append_next(std::string& out, std::string_view next);

template <class Items, class Each>
std::string list(const Items& items, std::string_view next, Each each)
{
    std::string out = R"({"items":[)";
    bool first = true;
    for (const auto& item : items) {
        if (!first)
            out += ',';
        first = false;
        each(out, item);
    }
    append_next(out, next);
    return out;
}

}  // namespace webhookd::render
