#include "providers/connectly/payload.hpp"

#include "event/identity.hpp"
#include "event/one_line.hpp"
#include "providers/connectly/reading.hpp"
#include "providers/json_text.hpp"

#include <optional>

namespace webhookd::connectly {

namespace {

void read_unrecognized(reading& in)
{
    receipt& r = in.r;
    r.topic = topic::unrecognized;
    r.topic_name = "unrecognized";
    r.type = "ai.connectly.unrecognized";
    in.identify_by_body();
}

// The topic by what is there, for the shapes that do not say (provider-facts §2.1).
topic topic_by_structure(const document& d)
{
    if (there(d.status_update.self))
        return topic::delivery_status;
    const bool attachments = d.attachments.kind == json::kind::array && d.attachments.size > 2;
    if (there(d.message.self) || there(d.button_response.self) || there(d.list_response.self) ||
        there(d.interactive.self) || there(d.reaction.self) ||
        d.location.self.kind == json::kind::object || attachments)
        return topic::messages;
    if (there(d.report.self))
        return topic::report;
    return topic::unrecognized;
}

topic topic_of(reading& in)
{
    const node& said = in.d.topic;
    if (!there(said))
        return topic_by_structure(in.d);
    if (said.kind != json::kind::string)
        return topic::unrecognized;
    const std::string_view text = in.text(said);
    if (text == "delivery_status")
        return topic::delivery_status;
    if (text == "messages")
        return topic::messages;
    if (text == "report")
        return topic::report;
    if (text.empty() || text == "topic_unspecified")
        return topic_by_structure(in.d);
    return topic::unrecognized;
}

// The campaign has been in four places (provider-facts §2.4).
std::string_view campaign_of(reading& in)
{
    const metadata_nodes& top = in.d.metadata;
    const metadata_nodes& status = in.d.status_update.metadata;
    for (const node* const n :
         {&top.campaign_name, &top.campaignName, &status.campaign_name, &status.campaignName})
        if (there(*n))
            if (const std::string_view text = in.text(*n); !text.empty())
                return text;
    return {};
}

void read_object(reading& in)
{
    receipt& r = in.r;
    r.time = in.own_time().value_or(r.received);
    r.callback_data_json = in.any_json(in.d.callback_data);
    r.campaign = campaign_of(in);
    const node& channel = either(in.d.sender.channel_type, in.d.recipient.channel_type);
    r.channel_json = in.string_json(channel);
    switch (topic_of(in)) {
        case topic::delivery_status: return read_delivery_status(in);
        case topic::messages: return read_messages(in);
        case topic::report: return read_report(in);
        case topic::unrecognized: break;
    }
    read_unrecognized(in);
}

}  // namespace

void payload_parser::parse(receipt& r)
{
    document d{};
    const json::outcome found = reader_.read(r.body, document_schema, d);
    if (found == json::outcome::object) {
        r.form = has_newline(r.body) ? payload_form::minified : payload_form::verbatim;
        reading in{reader_, d, r};
        return read_object(in);
    }
    r.form = payload_form::base64;
    if (found == json::outcome::lone_surrogate) {
        r.text.reserve(2 * r.body.size() + reading::text_extra);
        r.text = r.body;
        json::replace_lone_surrogates(r.text);
        d = {};
        if (reader_.read(r.text, document_schema, d) == json::outcome::object) {
            reading in{reader_, d, r};
            return read_object(in);
        }
    }
    d = {};
    r.time = r.received;
    reading in{reader_, d, r};
    read_unrecognized(in);
}

void read_report(reading& in)
{
    receipt& r = in.r;
    const report_nodes& report = in.d.report;
    if (in.text(report.last_run.status) != "completed")
        return read_unrecognized(in);
    r.topic = topic::report;
    r.topic_name = "report";
    r.type = "ai.connectly.report.completed";
    const std::string_view id = in.text(report.id);
    const std::string_view run = in.text(report.last_run.id);
    r.subject = id;
    if (id.empty() || run.empty())
        return in.identify_by_body();
    r.id = event_id_of(r.to->name_space, {"report", id, run});
    r.id_order = 0;  // the timestamp is no part of the identity
}

}  // namespace webhookd::connectly
