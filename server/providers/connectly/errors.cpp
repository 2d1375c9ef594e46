#include "providers/connectly/errors.hpp"

#include <charconv>
#include <cstdint>

// The error catalogue: provider-facts §5 (Connectly) and §7 (WhatsApp Cloud API). A retry that
// only helps after hours or days ("later") is not `retryable`; the advice says so.

namespace webhookd::connectly {

namespace {

using enum error_category;

struct named_error {
    std::string_view name;  // without its prefix
    error_meaning meaning;
};

struct numbered_error {
    std::uint32_t first, last;
    error_meaning meaning;
};

constexpr error_meaning unlisted{
    unknown, false, "Not in the catalogue: look at the message and quote the trace id to Connectly."
};

// Prefix ERROR_CODE_.
constexpr named_error codes[] = {
    {"UNSPECIFIED",
     {platform, true, "Unexpected error at the provider: retry a few times, growing the pause."}},
    {"INVALID_SENDER_ID",
     {account, false, "The sender number is not one of the business: correct the sender."}},
    {"PHONE_NUMBER_BAD_FORMAT",
     {recipient, false, "Write the recipient number in E.164, with + and the country code."}},
    {"MESSAGE_PHONE_NUMBER_INVALID",
     {recipient, false, "The recipient number does not exist: correct or remove it."}},
    {"MESSAGE_SELF_INVALID",
     {recipient, false, "Sender and recipient are the same number: correct the recipient."}},
    {"MESSAGE_CUSTOMER_OPTED_OUT",
     {consent, false, "The customer opted out of templates: suppress this recipient."}},
    {"MESSAGE_CUSTOMER_NO_CONVERSATION_INITIATION",
     {window, false, "The customer has not written yet: send a template instead."}},
    {"MESSAGE_OUTSIDE_OF_ELIGIBILITY_WINDOW",
     {window,
      false,
      "Over 24 hours since the customer last wrote to this number: send a template, or set the "
      "sender they wrote to."}},
    {"MESSAGE_TEXT_EMPTY", {content, false, "The text is empty: fill it in."}},
    {"MESSAGE_ATTACHMENTS_NUMBER_INVALID",
     {content, false, "Send exactly one attachment a message."}},
    {"MESSAGE_ATTACHMENT_EMPTY", {content, false, "The attachment has no URL: give one."}},
    {"MESSAGE_ATTACHMENT_INVALID",
     {content, false, "The attachment's URL cannot be read: correct it."}},
    {"MESSAGE_TEMPLATE_NOT_FOUND",
     {template_, false, "No template of that name in that language: correct one or the other."}},
    {"MESSAGE_TEMPLATE_INPUT_INVALID",
     {template_, false, "The template's inputs are invalid: compare them with its variables."}},
    {"MESSAGE_TEMPLATE_INVALID_PARAM",
     {template_, false, "A parameter, button or variable of the template is wrong: correct it."}},
    {"MESSAGE_TEMPLATE_DELETED",
     {template_, false, "The template's language is being deleted: use another, or wait four weeks."
     }},
    {"BUSINESS_MISSES_MATCHING_CHANNEL",
     {account, false, "The business has no sender of that channel: connect one."}},
    {"BUSINESS_REACHED_LIMITS",
     {account,
      false,
      "The channel is restricted after blocks or spam reports: pause for days, then send less."}},
    {"BUSINESS_RATE_LIMIT_REACHED",
     {rate_limit, true, "Too fast for the business's limit: retry with growing pauses."}},
    {"BUSINESS_KEY_SECRET_ABSENT",
     {auth, false, "The business has no API secret yet: ask Connectly to set it up."}},
};

// Prefix ERROR_TYPE_. Used where the code says nothing.
constexpr named_error types[] = {
    {"UNSPECIFIED",
     {platform, true, "Unexpected error at the provider: retry a few times, growing the pause."}},
    {"AUTHENTICATION", {auth, false, "The API key was refused: correct it."}},
    {"AUTHORIZATION", {auth, false, "The API key has no access to this business: correct it."}},
    {"RATE_LIMIT",
     {rate_limit, true, "Over the API's limit: wait some minutes, then retry with growing pauses."}
    },
    {"INVALID_REQUEST", {content, false, "The request is invalid: correct what the message names."}
    },
    {"DEADLINE_EXCEEDED",
     {platform, true, "The provider ran out of time: retry a few times, growing the pause."}},
    {"NOT_FOUND", {account, false, "Something the request names does not exist: correct it."}},
    {"CONFLICT", {account, false, "It exists already: nothing is to be sent again."}},
    {"CONTEXT_CANCLED",  // the provider's own spelling
     {platform, true, "The request was cut off: retry a few times, growing the pause."}},
    {"CONTEXT_CANCELED",
     {platform, true, "The request was cut off: retry a few times, growing the pause."}},
    {"CONTEXT_CANCELLED",
     {platform, true, "The request was cut off: retry a few times, growing the pause."}},
    {"BUSINESS_LIMIT",
     {account, false, "An account limit is reached: wait until it is lifted, or have it raised."}},
    {"FAILED_PRECONDITION",
     {window, false, "Seen where the 24 hour window is closed: send a template instead."}},
};

constexpr error_meaning wa_auth{
    auth, false, "WhatsApp refused the access token or a permission is missing: renew it."
};
constexpr error_meaning wa_rate{
    rate_limit, true, "WhatsApp's rate limit is reached: retry with growing pauses."
};
constexpr error_meaning wa_quality{
    account, false, "WhatsApp restricts this number for its quality: send less, resume later."
};
constexpr error_meaning wa_blocked{
    account, false, "WhatsApp has restricted or locked the account: resolve it with them."
};
constexpr error_meaning wa_payment{
    account, false, "WhatsApp reports a payment problem: settle it, then send again."
};
constexpr error_meaning wa_number{
    account, false, "The sender number is not registered or its display name not approved."
};
constexpr error_meaning wa_undeliverable{
    recipient,
    false,
    "The recipient cannot get it: not on WhatsApp, old client, or terms not "
    "accepted."
};
constexpr error_meaning wa_self{
    recipient, false, "Sender and recipient are the same number: correct the recipient."
};
constexpr error_meaning wa_sandbox{
    recipient, false, "The recipient is not on the sandbox's list: add the number."
};
constexpr error_meaning wa_window{
    window, false, "Over 24 hours since the customer last wrote: send a template instead."
};
constexpr error_meaning wa_ecosystem{
    recipient,
    false,
    "Withheld by WhatsApp's marketing cap for this person: wait at least 24 hours."
};
constexpr error_meaning wa_opt_out{
    consent, false, "The person stopped marketing from this business: suppress this recipient."
};
constexpr error_meaning wa_experiment{
    recipient, false, "The person is in a WhatsApp experiment: do not send it again."
};
constexpr error_meaning wa_identity{
    recipient, false, "The recipient's identity key changed: confirm who they are first."
};
constexpr error_meaning wa_parameter{
    content, false, "A parameter is missing or wrong: correct the request."
};
constexpr error_meaning wa_kind{
    content, false, "This kind of message is not supported for the recipient: send another."
};
constexpr error_meaning wa_media{
    content, true, "WhatsApp could not fetch or store the media: check its URL and retry once."
};
constexpr error_meaning wa_template{
    template_, false, "The template or its values do not fit: compare them with its definition."
};
constexpr error_meaning wa_template_quality{
    template_, false, "The template is paused or disabled for its quality: use another."
};
constexpr error_meaning wa_platform{
    platform, true, "WhatsApp has a fault: retry a few times, growing the pause."
};

constexpr numbered_error whatsapp_codes[] = {
    {0, 0, wa_auth},
    {1, 2, wa_platform},
    {3, 3, wa_auth},
    {4, 4, wa_rate},
    {10, 10, wa_auth},
    {100, 100, wa_parameter},
    {190, 190, wa_auth},
    {200, 299, wa_auth},
    {368, 368, wa_blocked},
    {470, 470, wa_window},
    {471, 471, wa_quality},
    {472, 472, wa_experiment},
    {480, 480, wa_identity},
    {1013, 1013, wa_undeliverable},
    {1026, 1026, wa_undeliverable},
    {80007, 80007, wa_rate},
    {130403, 130403, wa_blocked},
    {130429, 130429, wa_rate},
    {130472, 130472, wa_experiment},
    {130497,
     130497,
     {account, false, "The business may not message that country: remove the recipient."}},
    {131000, 131000, wa_platform},
    {131005, 131005, wa_auth},
    {131008, 131009, wa_parameter},
    {131016, 131016, wa_platform},
    {131021, 131021, wa_self},
    {131026, 131026, wa_undeliverable},
    {131030, 131030, wa_sandbox},
    {131031, 131031, wa_blocked},
    {131037, 131037, wa_number},
    {131042, 131042, wa_payment},
    {131044, 131044, wa_payment},
    {131045, 131045, wa_number},
    {131047, 131047, wa_window},
    {131048, 131048, wa_quality},
    {131049, 131049, wa_ecosystem},
    {131050, 131050, wa_opt_out},
    {131051, 131051, wa_kind},
    {131052, 131053, wa_media},
    {131056,
     131056,
     {rate_limit, true, "Too many messages to the same person: retry slowly, one at a time."}},
    {131057,
     131057,
     {platform, true, "WhatsApp has the account in maintenance: retry in some minutes."}},
    {131062, 131062, wa_kind},
    {131063,
     131063,
     {account, false, "Marketing is disabled for this number at WhatsApp: use another sender."}},
    {131064, 131064, wa_quality},
    {132000, 132001, wa_template},
    {132005, 132005, wa_template},
    {132007, 132008, wa_template},
    {132012, 132012, wa_template},
    {132015, 132016, wa_template_quality},
    {132068, 132068, {template_, false, "The flow is blocked: correct it or use another template."}
    },
    {132069, 132069, {template_, true, "The flow is throttled: retry in some minutes."}},
    {133010, 133010, wa_number},
    {133016,
     133016,
     {rate_limit, false, "Too many registrations of this number: wait until WhatsApp lifts it."}},
    {135000, 135000, wa_platform},
    {137000, 137000, wa_identity},
};

template <std::size_t N>
const error_meaning* find(
    const named_error (&table)[N], std::string_view name, std::string_view prefix
)
{
    if (!name.starts_with(prefix))
        return nullptr;
    name.remove_prefix(prefix.size());
    for (const named_error& e : table)
        if (e.name == name)
            return &e.meaning;
    return nullptr;
}

const error_meaning* find_number(std::string_view code) noexcept
{
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), number);
    if (code.empty() || error != std::errc{} || end != code.data() + code.size())
        return nullptr;
    for (const numbered_error& e : whatsapp_codes)
        if (number >= e.first && number <= e.last)
            return &e.meaning;
    return nullptr;
}

}  // namespace

const error_meaning& explain_error(std::string_view code, std::string_view type) noexcept
{
    if (const auto* const found = find(codes, code, "ERROR_CODE_"))
        return *found;
    if (const auto* const found = find_number(code))
        return *found;
    if (const auto* const found = find(types, type, "ERROR_TYPE_"))
        return *found;
    return unlisted;
}

}  // namespace webhookd::connectly
