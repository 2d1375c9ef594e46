#include "event/identity.hpp"
#include "providers/connectly/party.hpp"
#include "providers/connectly/reading.hpp"

#include <array>
#include <string>

namespace webhookd::connectly {

namespace {

constexpr std::size_t attachments_max = 256;  // told in `data.message`; the payload has them all

enum class message_kind {
    unknown,
    text,
    image,
    video,
    audio,
    document,
    location,
    button_reply,
    list_reply,
    reaction
};

struct kind_name {
    std::string_view kind, type;
};

// In the order of message_kind.
constexpr kind_name kind_names[] = {
    {"unknown", "ai.connectly.messages.unknown"},
    {"text", "ai.connectly.messages.text"},
    {"image", "ai.connectly.messages.image"},
    {"video", "ai.connectly.messages.video"},
    {"audio", "ai.connectly.messages.audio"},
    {"document", "ai.connectly.messages.document"},
    {"location", "ai.connectly.messages.location"},
    {"button_reply", "ai.connectly.messages.button_reply"},
    {"list_reply", "ai.connectly.messages.list_reply"},
    {"reaction", "ai.connectly.messages.reaction"},
};

// What of a message was found, wherever its generation of the shape has it.
struct parts {
    const choice_nodes* button = nullptr;
    const choice_nodes* list = nullptr;
    const reaction_nodes* reaction = nullptr;
    const location_nodes* location = nullptr;
    const node* attachments = nullptr;
};

bool is_object(const node& n)
{
    return n.kind == json::kind::object;
}

bool is_filled_array(const node& n)
{
    return n.kind == json::kind::array && n.size > 2;
}

template <class T>
const T* first_object(std::initializer_list<const T*> candidates)
{
    for (const T* const c : candidates)
        if (is_object(c->self))
            return c;
    return nullptr;
}

parts find_parts(const document& d)
{
    const message_nodes& m = d.message;
    parts out;
    out.button = first_object(
        {&d.button_response,
         &m.button_response,
         &d.interactive.button_reply,
         &m.interactive.button_reply}
    );
    out.list = first_object(
        {&d.list_response, &m.list_response, &d.interactive.list_reply, &m.interactive.list_reply}
    );
    out.reaction = first_object({&d.reaction, &m.reaction});
    out.location = first_object({&m.location, &d.location});
    if (is_filled_array(m.attachments))
        out.attachments = &m.attachments;
    else if (is_filled_array(d.attachments))
        out.attachments = &d.attachments;
    return out;
}

message_kind kind_of_attachment(std::string_view type)
{
    if (type == "image")
        return message_kind::image;
    if (type == "video")
        return message_kind::video;
    if (type == "audio")
        return message_kind::audio;
    if (type == "document")
        return message_kind::document;
    return message_kind::unknown;
}

void append_member(std::string& out, std::string_view key, std::string_view json)
{
    out += key;
    out += json.empty() ? std::string_view{"null"} : json;
}

// `[{"type":…,"url":…}]`; tells what the first one is.
message_kind append_attachments(std::string& out, reading& in, const node& array)
{
    std::array<node, attachments_max> elements{};
    const std::size_t count = in.reader().elements(array, elements);
    message_kind first = message_kind::unknown;
    out += '[';
    for (std::size_t i = 0; i < count; ++i) {
        attachment_nodes a{};
        if (is_object(elements[i]))
            in.reader().read_part(elements[i], attachment_schema, a);
        if (i == 0 && a.type.kind == json::kind::string)
            first = kind_of_attachment(in.reader().inside(a.type));
        else if (i != 0)
            out += ',';
        append_member(out, R"({"type":)", in.scalar_json(a.type));
        append_member(out, R"(,"url":)", in.scalar_json(a.url));
        out += '}';
    }
    out += ']';
    return first;
}

void append_location(std::string& out, reading& in, const location_nodes& l)
{
    append_member(out, R"({"latitude":)", in.scalar_json(l.latitude));
    append_member(out, R"(,"longitude":)", in.scalar_json(l.longitude));
    append_member(out, R"(,"name":)", in.scalar_json(l.name));
    append_member(out, R"(,"address":)", in.scalar_json(l.address));
    out += '}';
}

void append_choice(std::string& out, reading& in, const choice_nodes& c)
{
    append_member(out, R"({"id":)", in.scalar_json(c.id));
    append_member(out, R"(,"text":)", in.scalar_json(either(c.text, c.title)));
    append_member(out, R"(,"payload":)", in.scalar_json(c.payload));
    out += '}';
}

void append_referral(std::string& out, reading& in, const referral_nodes& r)
{
    append_member(out, R"({"ctwa_clid":)", in.scalar_json(r.ctwa_clid));
    append_member(out, R"(,"source_url":)", in.scalar_json(r.source_url));
    append_member(out, R"(,"source_id":)", in.scalar_json(r.source_id));
    append_member(out, R"(,"source_type":)", in.scalar_json(r.source_type));
    append_member(out, R"(,"headline":)", in.scalar_json(r.headline));
    append_member(out, R"(,"body":)", in.scalar_json(r.body));
    append_member(out, R"(,"media_type":)", in.scalar_json(r.media_type));
    append_member(out, R"(,"image_url":)", in.scalar_json(r.image_url));
    append_member(out, R"(,"video_url":)", in.scalar_json(r.video_url));
    append_member(out, R"(,"thumbnail_url":)", in.scalar_json(r.thumbnail_url));
    out += '}';
}

bool is_true(reading& in, const node& n)
{
    return n.kind == json::kind::boolean && in.raw(n) == "true";
}

message_kind kind_of(reading& in, const parts& found, message_kind attachment)
{
    const message_nodes& m = in.d.message;
    if (found.button || is_true(in, m.is_button_response))
        return message_kind::button_reply;
    if (found.list)
        return message_kind::list_reply;
    if (found.reaction)
        return message_kind::reaction;
    if (found.attachments)
        return attachment;
    if (found.location)
        return message_kind::location;
    return m.text.kind == json::kind::string ? message_kind::text : message_kind::unknown;
}

const node& reply_to_of(const document& d, const parts& found)
{
    const message_nodes& m = d.message;
    const node& quoted =
        either(d.context.reply_to_id, either(m.context.reply_to_id, m.reply_to_id));
    if (there(quoted) || !found.reaction)
        return quoted;
    return either(found.reaction->messageId, found.reaction->message_id);
}

// The button of a reply, in its three generations; of a list reply, the row that was chosen.
void append_button(std::string& out, reading& in, const parts& found)
{
    const message_nodes& m = in.d.message;
    if (found.button)
        append_choice(out, in, *found.button);
    else if (is_true(in, m.is_button_response))
        append_choice(out, in, {.self = {}, .id = {}, .text = m.text, .title = {}, .payload = {}});
    else if (found.list)
        append_choice(out, in, *found.list);
    else
        out += "null";
}

// Writes the whole `data.message` object.
message_kind append_message(reading& in, const parts& found, const node& id, const node& reply_to)
{
    const message_nodes& m = in.d.message;
    std::string attachments;
    message_kind attachment = message_kind::unknown;
    if (found.attachments)
        attachment = append_attachments(attachments, in, *found.attachments);
    const message_kind kind = kind_of(in, found, attachment);

    std::string& out = in.r.message_json;
    out.reserve(200 + m.self.size + attachments.size() + in.d.button_response.self.size);
    out += R"({"kind":")";
    out += kind_names[static_cast<std::size_t>(kind)].kind;
    append_member(out, R"(","id":)", in.scalar_json(id));
    const node& text = there(m.text) || !found.reaction
                           ? m.text
                           : either(found.reaction->emoji, found.reaction->text);
    append_member(out, R"(,"text":)", in.scalar_json(text));
    append_member(out, R"(,"attachments":)", attachments);
    out += R"(,"location":)";
    if (found.location)
        append_location(out, in, *found.location);
    else
        out += "null";
    out += R"(,"button":)";
    append_button(out, in, found);
    out += R"(,"referral":)";
    if (is_object(m.referral.self))
        append_referral(out, in, m.referral);
    else
        out += "null";
    append_member(out, R"(,"reply_to_id":)", in.scalar_json(reply_to));
    out += '}';
    return kind;
}

}  // namespace

void read_messages(reading& in)
{
    receipt& r = in.r;
    const parts found = find_parts(in.d);
    r.topic = topic::messages;
    r.topic_name = "messages";
    read_business(in, in.d.recipient);
    read_customer(in, in.d.sender);
    r.subject = r.customer.key();

    const node& reply_to = reply_to_of(in.d, found);
    const node none{};
    const node& id = either(in.d.message.id, found.button ? found.button->id : none);
    const message_kind kind = append_message(in, found, id, reply_to);
    r.type = kind_names[static_cast<std::size_t>(kind)].type;
    r.reply_to = message_id{in.text(reply_to)};

    const message_id own{in.text(id)};
    if (own.empty())
        return in.identify_by_body();
    std::string key;
    key.reserve(64);
    append_hex(key, as_bytes(own.key()));
    r.id = event_id_of(r.to->name_space, {"messages", key});
    r.id_order = own.milliseconds().value_or(0);
}

}  // namespace webhookd::connectly
