#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace webhookd {

/// Every failure this daemon can name. Values are stable: they appear in logs and metrics.
/// Add at the end, never renumber.
enum class errc {
    missing_signature = 1,  ///< No signature header. HTTP 401.
    malformed_signature,    ///< Not strict Base64 of 32 bytes. HTTP 401.
    signature_mismatch,     ///< Wrong under every active secret. HTTP 401.
    body_too_large,         ///< Over `limits.max_body`. HTTP 413.
    bad_framing,            ///< Two parsers could read the request differently. HTTP 400.
    queue_full,             ///< The queue to the writer is at its limit. HTTP 503.
    store_full,             ///< `store.max_size` reached by undelivered events. HTTP 503.
    store_failed,           ///< A commit failed (disk full, read-only, I/O). HTTP 503.
    store_locked,           ///< Another process has the store open. Exit 75.
    store_corrupt,          ///< Not a store of ours, damaged, or of a newer version. Exit 74.
    stopping,               ///< The daemon is draining. HTTP 503.
    timed_out,              ///< A deadline passed.
    not_found,              ///< Nothing under that id.
    invalid_argument,       ///< The caller's value cannot be; nothing was done.
    sink_unavailable,       ///< Transient: try again later.
    sink_rejected,          ///< Permanent: the same event will always fail.
    cancelled,              ///< Somebody asked for it to stop.
};

/// The category of `errc`; `message()` is a short sentence for people.
const boost::system::error_category& webhookd_category() noexcept;

inline boost::system::error_code make_error_code(errc e) noexcept
{
    return {static_cast<int>(e), webhookd_category()};
}

/// The name of `e` as it stands in logs, metrics and problem documents: `signature_mismatch`.
const char* name(errc e) noexcept;

using boost::system::error_code;

template <class T>
using result = boost::system::result<T>;

}  // namespace webhookd

template <>
struct boost::system::is_error_code_enum<webhookd::errc> : std::true_type {};
