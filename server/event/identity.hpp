#pragma once

#include "base/encoding.hpp"

#include <initializer_list>
#include <string_view>

namespace webhookd {

/// The event id's value: the first 16 bytes of SHA-256 over the namespace, LF, and the identity,
/// whose parts are joined by LF. The same webhook gets the same id on any replica, at any time.
///
/// Identities (design §4), the first part telling them apart:
///     delivery_status, the message id's key as lower-case hex, status[, error code on failure]
///     messages, the id's key as lower-case hex
///     report, report id, run id
///     body, SHA-256 of the raw body as lower-case hex
bits128 event_id_of(std::string_view name_space, std::initializer_list<std::string_view> identity);

}  // namespace webhookd
