#include "dispatch/lanes.hpp"

#include "dispatch/event_copy.hpp"
#include "dispatch/feed.hpp"

#include <algorithm>
#include <set>

namespace webhookd {

namespace {

// What waits for long must not keep a whole batch in memory.
held_event detached(held_event e)
{
    if (!e.own)
        e.what = std::make_shared<const event>(copy_event(*e.what));
    e.own = true;
    return e;
}

}  // namespace

lane& lane_set::lane_of(const held_event& e)
{
    const auto [at, fresh] = lanes_.try_emplace(e.what->partition_key);
    if (fresh) {
        at->second = std::make_unique<lane>();
        at->second->key = at->first;
    }
    events_[e.what->sequence] = e.what.get();
    bytes_ += memory_of(*e.what);
    return *at->second;
}

void lane_set::push(held_event e)
{
    const auto known = lanes_.find(e.what->partition_key);
    if (known != lanes_.end() && known->second->backing_off)
        e = detached(std::move(e));
    lane& l = lane_of(e);
    l.waiting.push_back(std::move(e));
    if (l.waiting.size() == 1)
        ready_.push_back(&l);
}

void lane_set::put_back(std::vector<held_event> taken)
{
    for (auto e = taken.rbegin(); e != taken.rend(); ++e) {
        lane& l = lane_of(*e);
        const bool fresh = l.waiting.empty();
        l.waiting.insert(l.waiting.begin() + (l.active ? 1 : 0), std::move(*e));
        if (fresh)
            ready_.push_back(&l);
    }
}

void lane_set::move_due(steady::time_point at)
{
    while (!later_.empty() && later_.begin()->first <= at) {
        lane* l = later_.begin()->second;
        later_.erase(later_.begin());
        l->backing_off = false;
        ready_.push_back(l);
    }
}

lane* lane_set::next(steady::time_point at, bool fresh)
{
    move_due(at);
    if (ready_.empty())
        return nullptr;
    auto pick = ready_.begin();
    if (fresh)
        pick = std::min_element(ready_.begin(), ready_.end(), [](const lane* a, const lane* b) {
            return a->tried.attempts < b->tried.attempts;
        });
    lane* l = *pick;
    ready_.erase(pick);
    l->active = true;
    return l;
}

bool lane_set::untried(steady::time_point at)
{
    move_due(at);
    return std::any_of(ready_.begin(), ready_.end(), [](const lane* l) {
        return l->tried.attempts == 0;
    });
}

void lane_set::drop(const held_event& e)
{
    bytes_ -= memory_of(*e.what);
    events_.erase(e.what->sequence);
}

void lane_set::forget(lane& l)
{
    lanes_.erase(lanes_.find(std::string{l.key}));
}

void lane_set::finished(lane& l)
{
    drop(l.waiting.front());
    l.waiting.pop_front();
    l.active = false;
    l.failures = 0;
    l.tried = {};
    if (l.waiting.empty())
        forget(l);
    else
        ready_.push_back(&l);
}

void lane_set::failed(lane& l, steady::time_point due)
{
    l.active = false;
    l.backing_off = true;
    l.due = later_.emplace(due, &l);
    for (held_event& e : l.waiting) {
        if (e.own)
            continue;
        bytes_ -= memory_of(*e.what);
        e = detached(std::move(e));
        bytes_ += memory_of(*e.what);
        events_[e.what->sequence] = e.what.get();
    }
}

std::vector<held_event> lane_set::take_oldest(std::size_t count, std::vector<retry_record>& tried)
{
    std::vector<held_event> out;
    std::set<lane*> touched;
    for (auto at = events_.begin(); at != events_.end() && out.size() < count;) {
        lane& l = *lanes_.find(at->second->partition_key)->second;
        ++at;
        if (l.active)
            continue;
        // The oldest of all is the oldest of its lane.
        held_event e = std::move(l.waiting.front());
        l.waiting.pop_front();
        bytes_ -= memory_of(*e.what);
        events_.erase(e.what->sequence);
        tried.push_back(std::exchange(l.tried, {}));
        l.failures = 0;
        touched.insert(&l);
        out.push_back(std::move(e));
    }
    for (lane* l : touched) {
        if (!l->waiting.empty())
            continue;
        if (l->backing_off)
            later_.erase(l->due);
        else
            ready_.erase(std::find(ready_.begin(), ready_.end(), l));
        forget(*l);
    }
    return out;
}

}  // namespace webhookd
