#pragma once

#include <string>
#include <string_view>

namespace webhookd::commands {

/// What a person wants to see of an event, out of its CloudEvents line.
struct told_event {
    std::string id, sequence, type, time, subject;
    std::string customer, customer_name, campaign, transition;
    std::string text;  ///< Of an inbound message; else of the failure.
    std::string error_code, error_category, advice;
    bool duplicate = false;
};

/// Reads an event's line. Fields that are not there or not text stay empty.
told_event read_told_event(std::string_view line);

/// The event on one line for a terminal, cut to nothing; with colours or without.
std::string event_text(const told_event& e, bool colour);

/// `text` without what a terminal would obey: control characters become spaces. Texts come from
/// customers.
std::string harmless(std::string_view text);

/// `2 s`, `3 min 4 s`, `1 h 5 min`, `2 d 3 h`.
std::string duration_text(long long seconds);

}  // namespace webhookd::commands
