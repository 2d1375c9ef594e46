#pragma once

#include "base/encoding.hpp"
#include "base/time.hpp"
#include "event/block.hpp"
#include "event/receipt.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd {

/// A committed event, as sinks get it and as the store returns it.
///
/// Its CloudEvents line is three pieces, so that the payload is never copied into it:
/// `head` + payload (by `form`) + `tail()` + newline.
struct event {
    std::uint64_t sequence = 0;  ///< Counts from 1, without gaps, in commit order.
    bits128 id{};
    timestamp time{};      ///< The event's own time.
    timestamp recorded{};  ///< When it was committed.
    std::string type;
    std::string source;  ///< The endpoint's path.
    std::string name_space;
    std::string partition_key;
    std::string customer;  ///< The customer's key; empty where there is none. For filters.
    std::string campaign;  ///< Empty where there is none. For filters.

    std::string head;  ///< JSON up to and with `"payload":` or `"payload_base64":`.
    payload_form form = payload_form::base64;

    block memory;              ///< Owns the body.
    std::string_view body;     ///< The raw bytes that were signed.
    std::string signature;     ///< As sent. For `format: raw`.
    std::string content_type;  ///< As sent; empty where absent. For `format: raw`.
};

/// What closes an event's line, without the newline.
constexpr std::string_view event_tail = "}}";

/// `evt_` and 26 characters of Crockford Base32.
std::string event_id_text(const bits128& id);

/// Reads what `event_id_text` writes, any case. @return nullopt for anything else.
std::optional<bits128> parse_event_id(std::string_view text);

/// Appends the payload as the line shows it: the body, the minified body, quoted Base64, or null.
void append_payload(std::string& out, const event& e);

/// Appends the whole line of `e`, with the newline at its end.
void append_line(std::string& out, const event& e);

/// Events of one commit, in order of their sequence; shared by the sinks, read only.
struct event_batch {
    std::vector<event> events;  ///< Never empty.
};

using shared_batch = std::shared_ptr<const event_batch>;

}  // namespace webhookd
