#include "dispatch/event_copy.hpp"

#include <cstring>

namespace webhookd {

event copy_event(const event& e)
{
    event c;
    c.sequence = e.sequence;
    c.id = e.id;
    c.time = e.time;
    c.recorded = e.recorded;
    c.type = e.type;
    c.source = e.source;
    c.name_space = e.name_space;
    c.partition_key = e.partition_key;
    c.customer = e.customer;
    c.campaign = e.campaign;
    c.head = e.head;
    c.form = e.form;
    c.memory = block{e.body.size()};
    if (!e.body.empty())
        std::memcpy(c.memory.data(), e.body.data(), e.body.size());
    c.body = {c.memory.data(), e.body.size()};
    c.signature = e.signature;
    c.content_type = e.content_type;
    return c;
}

}  // namespace webhookd
