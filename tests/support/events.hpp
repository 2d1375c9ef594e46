#pragma once

#include "event/event.hpp"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace webhookd::test {

/// An event as the store makes them, of the given key and body.
inline event make_event(
    std::uint64_t sequence,
    const std::string& key = "k",
    const std::string& body = R"({"topic":"delivery_status"})",
    payload_form form = payload_form::verbatim
)
{
    event e;
    e.sequence = sequence;
    for (std::size_t i = 0; i < 8; ++i)
        e.id[15 - i] = static_cast<std::uint8_t>(sequence >> (8 * i));
    e.time = e.recorded = now();
    e.type = "ai.connectly.delivery_status.sent";
    e.source = "/webhooks/connectly";
    e.name_space = "default";
    e.partition_key = key;
    e.head = R"({"specversion":"1.0","id":")" + event_id_text(e.id) +
             R"(","source":"/webhooks/connectly","type":")" + e.type + R"(","subject":")" + key +
             R"(","sequence":")" + std::to_string(sequence) + R"(","partitionkey":")" + key +
             R"(","data":{"provider":"connectly","topic":"delivery_status",)" +
             (form == payload_form::base64 ? R"("payload_base64":)" : R"("payload":)");
    e.form = form;
    e.memory = block{body.size()};
    std::memcpy(e.memory.data(), body.data(), body.size());
    e.body = {e.memory.data(), body.size()};
    e.signature = "c2lnbmF0dXJl";
    e.content_type = "text/plain";
    return e;
}

inline std::string line_of(const event& e)
{
    std::string line;
    append_line(line, e);
    return line;
}

/// Views of a list of events, as a sink is handed them.
inline std::vector<const event*> pointers(const std::vector<event>& events)
{
    std::vector<const event*> out;
    for (const event& e : events)
        out.push_back(&e);
    return out;
}

/// Events `first` to `last`, both included.
inline std::vector<event> make_events(std::uint64_t first, std::uint64_t last)
{
    std::vector<event> out;
    for (std::uint64_t s = first; s <= last; ++s)
        out.push_back(make_event(s));
    return out;
}

inline shared_batch make_batch(std::uint64_t first, std::uint64_t last)
{
    auto batch = std::make_shared<event_batch>();
    batch->events = make_events(first, last);
    return batch;
}

}  // namespace webhookd::test
