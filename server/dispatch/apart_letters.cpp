// Dead letters that are tried again.
#include "base/log.hpp"
#include "dispatch/apart.hpp"
#include "dispatch/letters.hpp"

namespace webhookd {

namespace {

constexpr std::size_t letters_page_max = 100;

}  // namespace

task<> apart::retry(dead_letter_filter which, std::function<void(result<std::uint64_t>)> done)
{
    ++running_;
    std::uint64_t count = 0, last = 0;
    error_code failed;
    for (bool more = true; more && !failed;) {
        const auto page = shared_.source.reader().dead_letters(which, last, letters_page_max);
        more = page && page->items.size() == letters_page_max;
        if (!page)
            failed = page.error();
        else if (!page->items.empty())
            last = page->items.back().number;
        count += page ? page->items.size() : 0;
        co_await asio::post(shared_.ex, asio::use_awaitable_t<executor>{});
    }
    if (!failed && which.number && count == 0)
        failed = errc::not_found;
    if (failed)
        done(failed);
    else
        done(count);
    for (std::uint64_t at = 0; !failed && at < last && !aborted_;)
        at = co_await retry_page(which, at, last);
    --running_;
    changed_.notify();
}

// Tries some letters once each, up to number `last`; those that succeed go.
task<std::uint64_t> apart::retry_page(
    const dead_letter_filter& which, std::uint64_t after, std::uint64_t last
)
{
    const auto page = shared_.source.reader().dead_letters(which, after, letters_page_max);
    if (!page || page->items.empty())
        co_return last;
    auto gone = std::make_shared<std::vector<std::uint64_t>>();
    for (const auto& o : outlets_) {
        chunk c;
        c.to = o.get();
        std::vector<std::uint64_t> numbers;
        for (const dead_letter& l : page->items) {
            if (l.sink != o->name() || l.number > last)
                continue;
            c.events.push_back(&l.event);
            numbers.push_back(l.number);
        }
        if (c.events.empty())
            continue;
        co_await deliver(c);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            if (c.delivered[i])
                gone->push_back(numbers[i]);
    }
    std::function<result<void>(store&)> work = [gone](store& kept) -> result<void> {
        for (std::uint64_t number : *gone) {
            dead_letter_filter one;
            one.number = number;
            const auto r = kept.drop_dead_letters(one);
            if (!r)
                return r.error();
        }
        return {};
    };
    const auto r = co_await on_writer<void>(shared_.commits, std::move(work));
    if (!r)
        log::error("cannot remove dead letters", {{"error.message", r.error().message()}});
    co_return page->items.back().number;
}

}  // namespace webhookd
