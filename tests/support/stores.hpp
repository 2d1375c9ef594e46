#pragma once

#include "store/store.hpp"
#include "support/receipts.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace testing {

/// A store in a folder of its own, and what a test does with it.
class test_store {
public:
    explicit test_store(webhookd::store_settings s = {}) : settings{std::move(s)}
    {
        settings.path = folder / "events.db";
        open();
    }

    void open()
    {
        auto opened = webhookd::open_store(settings);
        if (!opened)
            throw std::runtime_error{opened.error().message()};
        kept = std::move(*opened);
    }

    void close() { kept.reset(); }

    std::unique_ptr<webhookd::store_reader> reader() const
    {
        auto opened = webhookd::open_store_reader(settings);
        if (!opened)
            throw std::runtime_error{opened.error().message()};
        return std::move(*opened);
    }

    struct committed {
        webhookd::error_code failed;
        webhookd::shared_batch events;
        std::vector<bool> duplicates;

        std::size_t told() const { return events ? events->events.size() : 0; }

        const webhookd::event& only() const
        {
            if (told() != 1)
                throw std::runtime_error{"not one event"};
            return events->events.front();
        }
    };

    committed commit(std::vector<receipt> receipts, timestamp at = noon)
    {
        std::vector<webhookd::commit_entry> entries(receipts.size());
        for (std::size_t i = 0; i < receipts.size(); ++i)
            entries[i].in = &receipts[i];
        auto done = kept->commit(entries, at);
        committed out;
        if (!done)
            out.failed = done.error();
        else
            out.events = std::move(*done);
        for (const auto& e : entries)
            out.duplicates.push_back(e.duplicate);
        return out;
    }

    template <class... Described>
    committed take(const Described&... described)
    {
        std::vector<receipt> receipts;
        (receipts.push_back(make(described)), ...);
        return commit(std::move(receipts));
    }

    temporary_folder folder;
    webhookd::store_settings settings;
    std::unique_ptr<webhookd::store> kept;
};

/// The whole line of an event.
inline std::string line_of(const webhookd::event& e)
{
    std::string out;
    webhookd::append_line(out, e);
    return out;
}

inline bool says(const webhookd::event& e, std::string_view part)
{
    return line_of(e).find(part) != std::string::npos;
}

}  // namespace testing
