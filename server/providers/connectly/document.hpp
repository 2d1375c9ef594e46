#pragma once

#include "providers/json_reader.hpp"

/// What is read of a Connectly webhook's body: every member that some generation of its shapes has
/// (provider-facts §2), and where it stands in the text. All are absent until found.
namespace webhookd::connectly {

using json::node;

struct party_nodes {
    node self, id, channel_type, name, user_id, phone_number;
};

/// `metadata`: the campaign has been spelled both ways, in two places.
struct metadata_nodes {
    node self, campaign_name, campaignName;
};

struct context_nodes {
    node self, reply_to_id;
};

struct error_nodes {
    node self, message, type, code, user_title, user_message, trace_id;
};

struct status_update_nodes {
    node self, id, status;
    error_nodes error;
    metadata_nodes metadata;
};

struct location_nodes {
    node self, latitude, longitude, name, address;
};

struct referral_nodes {
    node self, ctwa_clid, source_url, source_id, source_type, headline, body, media_type, image_url,
        video_url, thumbnail_url;
};

/// A button or a list row that was chosen, under any of the names it may have.
struct choice_nodes {
    node self, id, text, title, payload;
};

/// An undocumented shape (provider-facts §2.3): read as WhatsApp's own, which it may be.
struct interactive_nodes {
    node self;
    choice_nodes button_reply, list_reply;
};

struct reaction_nodes {
    node self, emoji, text, message_id, messageId;
};

struct message_nodes {
    node self, id, text, attachments, is_button_response, reply_to_id;
    location_nodes location;
    referral_nodes referral;
    choice_nodes button_response, list_response;
    interactive_nodes interactive;
    reaction_nodes reaction;
    context_nodes context;
};

struct last_run_nodes {
    node self, id, status;
};

struct report_nodes {
    node self, id;
    last_run_nodes last_run;
};

struct document {
    node topic, timestamp, callback_data, attachments;
    party_nodes sender, recipient;
    metadata_nodes metadata;
    context_nodes context;
    status_update_nodes status_update;
    message_nodes message;
    choice_nodes button_response, list_response;
    interactive_nodes interactive;
    reaction_nodes reaction;
    location_nodes location;
    report_nodes report;
};

struct attachment_nodes {
    node type, url;
};

extern const json::schema document_schema;    ///< Fills a `document`.
extern const json::schema attachment_schema;  ///< Fills an `attachment_nodes`.

}  // namespace webhookd::connectly
