#include "providers/connectly/document.hpp"

#include <cstddef>

// Keys stand in the order in which they are most often sent.

namespace webhookd::connectly {

namespace {

constexpr json::field party_fields[] = {
    {"id", offsetof(party_nodes, id)},
    {"channelType", offsetof(party_nodes, channel_type)},
    {"name", offsetof(party_nodes, name)},
    {"userId", offsetof(party_nodes, user_id)},
    {"phoneNumber", offsetof(party_nodes, phone_number)},
};
constexpr json::schema party{party_fields, sizeof(party_nodes)};

constexpr json::field metadata_fields[] = {
    {"campaign_name", offsetof(metadata_nodes, campaign_name)},
    {"campaignName", offsetof(metadata_nodes, campaignName)},
};
constexpr json::schema metadata{metadata_fields, sizeof(metadata_nodes)};

constexpr json::field context_fields[] = {
    {"replyToId", offsetof(context_nodes, reply_to_id)},
};
constexpr json::schema context{context_fields, sizeof(context_nodes)};

constexpr json::field error_fields[] = {
    {"message", offsetof(error_nodes, message)},
    {"type", offsetof(error_nodes, type)},
    {"code", offsetof(error_nodes, code)},
    {"userTitle", offsetof(error_nodes, user_title)},
    {"userMessage", offsetof(error_nodes, user_message)},
    {"cntTraceId", offsetof(error_nodes, trace_id)},
};
constexpr json::schema error{error_fields, sizeof(error_nodes)};

constexpr json::field status_update_fields[] = {
    {"id", offsetof(status_update_nodes, id)},
    {"status", offsetof(status_update_nodes, status)},
    {"error", offsetof(status_update_nodes, error), &error},
    {"metadata", offsetof(status_update_nodes, metadata), &metadata},
};
constexpr json::schema status_update{status_update_fields, sizeof(status_update_nodes)};

constexpr json::field location_fields[] = {
    {"latitude", offsetof(location_nodes, latitude)},
    {"longitude", offsetof(location_nodes, longitude)},
    {"name", offsetof(location_nodes, name)},
    {"address", offsetof(location_nodes, address)},
};
constexpr json::schema location{location_fields, sizeof(location_nodes)};

constexpr json::field referral_fields[] = {
    {"ctwaClid", offsetof(referral_nodes, ctwa_clid)},
    {"sourceUrl", offsetof(referral_nodes, source_url)},
    {"sourceId", offsetof(referral_nodes, source_id)},
    {"sourceType", offsetof(referral_nodes, source_type)},
    {"headline", offsetof(referral_nodes, headline)},
    {"body", offsetof(referral_nodes, body)},
    {"mediaType", offsetof(referral_nodes, media_type)},
    {"imageUrl", offsetof(referral_nodes, image_url)},
    {"videoUrl", offsetof(referral_nodes, video_url)},
    {"thumbnailUrl", offsetof(referral_nodes, thumbnail_url)},
};
constexpr json::schema referral{referral_fields, sizeof(referral_nodes)};

constexpr json::field choice_fields[] = {
    {"id", offsetof(choice_nodes, id)},
    {"text", offsetof(choice_nodes, text)},
    {"title", offsetof(choice_nodes, title)},
    {"payload", offsetof(choice_nodes, payload)},
};
constexpr json::schema choice{choice_fields, sizeof(choice_nodes)};

constexpr json::field interactive_fields[] = {
    {"button_reply", offsetof(interactive_nodes, button_reply), &choice},
    {"buttonReply", offsetof(interactive_nodes, button_reply), &choice},
    {"list_reply", offsetof(interactive_nodes, list_reply), &choice},
    {"listReply", offsetof(interactive_nodes, list_reply), &choice},
};
constexpr json::schema interactive{interactive_fields, sizeof(interactive_nodes)};

constexpr json::field reaction_fields[] = {
    {"emoji", offsetof(reaction_nodes, emoji)},
    {"text", offsetof(reaction_nodes, text)},
    {"messageId", offsetof(reaction_nodes, messageId)},
    {"message_id", offsetof(reaction_nodes, message_id)},
};
constexpr json::schema reaction{reaction_fields, sizeof(reaction_nodes)};

constexpr json::field message_fields[] = {
    {"id", offsetof(message_nodes, id)},
    {"text", offsetof(message_nodes, text)},
    {"attachments", offsetof(message_nodes, attachments)},
    {"location", offsetof(message_nodes, location), &location},
    {"referral", offsetof(message_nodes, referral), &referral},
    {"isButtonResponse", offsetof(message_nodes, is_button_response)},
    {"replyToId", offsetof(message_nodes, reply_to_id)},
    {"context", offsetof(message_nodes, context), &context},
    {"buttonResponse", offsetof(message_nodes, button_response), &choice},
    {"listResponse", offsetof(message_nodes, list_response), &choice},
    {"listReply", offsetof(message_nodes, list_response), &choice},
    {"interactive", offsetof(message_nodes, interactive), &interactive},
    {"reaction", offsetof(message_nodes, reaction), &reaction},
};
constexpr json::schema message{message_fields, sizeof(message_nodes)};

constexpr json::field last_run_fields[] = {
    {"id", offsetof(last_run_nodes, id)},
    {"status", offsetof(last_run_nodes, status)},
};
constexpr json::schema last_run{last_run_fields, sizeof(last_run_nodes)};

constexpr json::field report_fields[] = {
    {"id", offsetof(report_nodes, id)},
    {"last_run", offsetof(report_nodes, last_run), &last_run},
};
constexpr json::schema report{report_fields, sizeof(report_nodes)};

constexpr json::field document_fields[] = {
    {"topic", offsetof(document, topic)},
    {"timestamp", offsetof(document, timestamp)},
    {"sender", offsetof(document, sender), &party},
    {"recipient", offsetof(document, recipient), &party},
    {"statusUpdate", offsetof(document, status_update), &status_update},
    {"message", offsetof(document, message), &message},
    {"callbackData", offsetof(document, callback_data)},
    {"metadata", offsetof(document, metadata), &metadata},
    {"context", offsetof(document, context), &context},
    {"buttonResponse", offsetof(document, button_response), &choice},
    {"attachments", offsetof(document, attachments)},
    {"location", offsetof(document, location), &location},
    {"report", offsetof(document, report), &report},
    {"listResponse", offsetof(document, list_response), &choice},
    {"listReply", offsetof(document, list_response), &choice},
    {"interactive", offsetof(document, interactive), &interactive},
    {"reaction", offsetof(document, reaction), &reaction},
};

constexpr json::field attachment_fields[] = {
    {"type", offsetof(attachment_nodes, type)},
    {"url", offsetof(attachment_nodes, url)},
};

}  // namespace

const json::schema document_schema{document_fields, sizeof(document)};
const json::schema attachment_schema{attachment_fields, sizeof(attachment_nodes)};

}  // namespace webhookd::connectly
