#pragma once

#include "base/encoding.hpp"
#include "base/time.hpp"
#include "event/block.hpp"
#include "event/message_id.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace webhookd {

/// Where a request came in. Made from the config, never changed and never freed while the
/// process lives, so everything may point to it.
struct endpoint {
    std::string path;        ///< As in the config: `/webhooks/connectly`. The event's `source`.
    std::string provider;    ///< `connectly`.
    std::string name_space;  ///< Keeps tenants apart in every lookup.
};

/// What an event is about, whoever the provider.
enum class topic : std::uint8_t { delivery_status, messages, report, unrecognized };

/// What became of an outbound message. The numbers are stored.
enum class delivery_status : std::uint8_t { unknown, sent, delivered, read, delivery_failed };

/// `sent`, `delivered`, `read`, `delivery_failed`, or `unknown`.
std::string_view name(delivery_status s) noexcept;

/// Why a message failed, whoever the provider (design §4). The numbers are stored.
enum class error_category : std::uint8_t {
    unknown,
    recipient,
    consent,
    window,
    content,
    template_,
    account,
    rate_limit,
    auth,
    platform
};

/// `recipient`, `consent`, …, `template`, …, `unknown`.
std::string_view name(error_category c) noexcept;

/// How `data.payload` shows the body.
enum class payload_form : std::uint8_t {
    verbatim,  ///< One valid JSON object: the very bytes stand in the line.
    minified,  ///< The same, but with a newline outside of a string: white space is taken out.
    base64,    ///< Anything else: `payload_base64`.
    none       ///< An event of our own making: `payload` is null.
};

/// One side of a conversation. Texts are unescaped; the `_json` values are JSON text as it stands
/// in the body (quotes and all), empty where absent or null.
struct party {
    std::string_view id;            ///< A phone number as it came, or a BSUID.
    std::string_view user_id;       ///< BSUID, empty where absent.
    std::string_view phone_number;  ///< Empty where absent or "".
    std::string_view id_json;
    std::string_view name_json;
    std::string_view user_id_json;
    std::string_view phone_number_json;

    /// What the party is kept under: the BSUID, else the id, else the phone number; never an
    /// empty phone number. Empty where nothing identifies it.
    std::string_view key() const noexcept
    {
        return !user_id.empty() ? user_id : !id.empty() ? id : phone_number;
    }
};

/// A request that was verified and parsed: what its event will say, but for what only the store
/// knows. Provider-neutral: the provider's field names end here.
///
/// Every `string_view` points into `memory`, into `text` or at constants, so a receipt may be
/// moved but not copied. Made on a network thread, handed to the writer, never shared.
struct receipt {
    // What came in.
    block memory;                   ///< Owns the body's bytes (and often the header's).
    std::string_view body;          ///< The raw bytes that were signed.
    std::string_view signature;     ///< The signature header's value, as sent.
    std::string_view content_type;  ///< As sent; empty where absent.
    const endpoint* to = nullptr;   ///< Never null once it is handed over.
    timestamp received{};           ///< When the body was complete.

    // Who it is.
    bits128 id{};                ///< The event id's value (design §4, `identity.hpp`).
    std::uint64_t id_order = 0;  ///< Milliseconds; a function of the identity alone, so that a
                                 ///< repeat has it too: in front of the id it sorts the dedup key.

    // What it says.
    webhookd::topic topic = topic::unrecognized;
    std::string_view type;          ///< The event's `type`, a constant.
    std::string_view topic_name;    ///< `data.topic`: `delivery_status`, `messages`, …; a constant.
    std::string_view channel_json;  ///< `"whatsapp"`; empty: null.
    timestamp time{};               ///< The event's own time; `received` where it has none.
    party business;
    party customer;
    std::string_view subject;  ///< The event's `subject` and `partitionkey`; unescaped. Empty:
                               ///< no subject, and the event's id is its partition.

    // delivery_status
    webhookd::message_id message;  ///< The outbound message; empty for other topics.
    delivery_status status = delivery_status::unknown;
    std::string_view status_text;  ///< As the provider spelled it, unescaped.
    std::string_view error_code;   ///< The provider's code on failure, unescaped; else empty.
    error_category category = error_category::unknown;
    std::string error_json;  ///< The whole `data.error` object; empty: null.

    // messages
    std::string message_json;       ///< The whole `data.message` object; empty: left out.
    webhookd::message_id reply_to;  ///< `context.replyToId`; empty where absent.

    // either
    std::string_view callback_data_json;  ///< Any JSON value, verbatim; empty: absent.
    std::string_view campaign;            ///< Unescaped; empty: absent.

    payload_form form = payload_form::base64;

    /// Owns texts that are not a stretch of the body (unescaped ones, mostly). A deque-like list
    /// of strings is not needed: one string reserved to its final size before the first view.
    std::string text;
};

}  // namespace webhookd
