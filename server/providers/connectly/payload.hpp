#pragma once

#include "event/receipt.hpp"
#include "providers/connectly/document.hpp"
#include "providers/json_reader.hpp"

/// What a Connectly webhook's body says (provider-facts §2), whichever generation of its shapes it
/// has. Nothing is refused: what is not known becomes `unrecognized` or `….unknown`.
///
/// Choices that the provider's documents leave open:
///  - `topic` decides where it is there; absent, null, empty or `topic_unspecified`, the structure
///    does. A topic that nobody knows is `unrecognized`, whatever the structure.
///  - A report whose last run is not `completed` is `unrecognized`: there is no type for it.
///  - `messages` are told as inbound: the sender is the customer. An echo of an outbound message
///    (its shape is undocumented) is therefore filed under a customer that is the business's own
///    number; it never touches the real conversation or its window.
///  - Where `phoneNumber` is absent and the customer's `id` is a phone number, that is told as
///    `phone_number`; an empty one is told as null.
///  - A string with half a surrogate pair in an escape, as cutting a text in the middle of an emoji
///    leaves it, is in JSON's grammar but many readers refuse it: the body is shown as Base64, and
///    what is taken out of it has U+FFFD there. The event keeps its type.
namespace webhookd::connectly {

/// One thread's parser.
class payload_parser {
public:
    /// As `provider_worker::parse`.
    void parse(receipt& r);

private:
    json::reader reader_;
};

}  // namespace webhookd::connectly
