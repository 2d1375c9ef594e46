#pragma once

#include "base/time.hpp"
#include "event/receipt.hpp"
#include "providers/connectly/document.hpp"
#include "providers/json_reader.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace webhookd::connectly {

/// A body on its way into a receipt: the values of its nodes, and the receipt that gets them.
///
/// Texts that are not a stretch of the body go into `receipt::text`. It is reserved once, before
/// the first view of it is taken: all of them together are never longer than the body, and
/// `text_extra` for what is put round them.
class reading {
public:
    static constexpr std::size_t text_extra = 320;

    reading(json::reader& in, const document& from, receipt& to) : d{from}, r{to}, in_{in} {}

    const document& d;
    receipt& r;

    /// A string unescaped, a number's digits; empty for anything else. Once for each node.
    std::string_view text(const node& n);
    /// JSON text: a string as it stands, a number in quotes; empty for anything else.
    std::string_view string_json(const node& n);

    /// JSON text of a string, number or boolean as it stands; empty for anything else.
    std::string_view scalar_json(const node& n) const noexcept
    {
        const bool scalar = n.kind > json::kind::null && n.kind < json::kind::object;
        return scalar ? in_.raw(n) : std::string_view{};
    }

    /// JSON text of any value, on one line; empty where it is absent or null.
    std::string_view any_json(const node& n);

    std::string_view raw(const node& n) const noexcept { return in_.raw(n); }

    /// Puts `piece` behind the other texts and returns where it is now.
    std::string_view keep(std::string_view piece);

    json::reader& reader() noexcept { return in_; }

    /// The event's own time, where it has a usable one: after 1970 and before 10000.
    std::optional<timestamp> own_time() const;
    /// `own_time` in milliseconds, or 0: for ids that have no time in them.
    std::uint64_t own_order() const;

    /// Makes the id out of the whole body.
    void identify_by_body();

private:
    void reserve();

    json::reader& in_;
};

inline bool there(const node& n) noexcept
{
    return n.kind > json::kind::null;
}

/// The first of the two that is there, else the second.
inline const node& either(const node& a, const node& b) noexcept
{
    return there(a) ? a : b;
}

/// Each fills the receipt with what its topic says; `topic` and `type` included.
void read_delivery_status(reading& in);
void read_messages(reading& in);
void read_report(reading& in);

}  // namespace webhookd::connectly
