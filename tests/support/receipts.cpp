#include "support/receipts.hpp"

#include "base/json.hpp"

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <stdexcept>

namespace testing {

using namespace webhookd;

namespace {

thread_local std::deque<std::string> kept;

party make_party(const std::string& id, const std::string& user_id, bool customer)
{
    party p;
    p.id = keep(id.empty() ? user_id : id);
    p.id_json = keep(json::quoted(p.id));
    p.name_json = "null";
    if (!customer)
        return p;
    p.user_id = keep(user_id);
    p.phone_number = keep(id);
    if (!user_id.empty())
        p.user_id_json = keep(json::quoted(user_id));
    p.phone_number_json = keep(json::quoted(id));
    return p;
}

void set_body(receipt& r, const std::string& body)
{
    r.memory = block{body.size()};
    body.copy(r.memory.data(), body.size());
    r.body = {r.memory.data(), body.size()};
    r.form = payload_form::verbatim;
    r.signature = "c2lnbmF0dXJl";
    r.content_type = "application/json";
    r.channel_json = "\"whatsapp\"";
}

std::string hex_of(std::string_view bytes)
{
    std::string out;
    append_hex(out, as_bytes(bytes));
    return out;
}

std::string_view type_of(delivery_status s)
{
    switch (s) {
        case delivery_status::sent: return "ai.connectly.delivery_status.sent";
        case delivery_status::delivered: return "ai.connectly.delivery_status.delivered";
        case delivery_status::read: return "ai.connectly.delivery_status.read";
        case delivery_status::delivery_failed:
            return "ai.connectly.delivery_status.delivery_failed";
        case delivery_status::unknown: break;
    }
    return "ai.connectly.delivery_status.unknown";
}

}  // namespace

std::string_view keep(std::string text)
{
    if (text.empty())
        return {};
    return kept.emplace_back(std::move(text));
}

void forget_kept()
{
    kept.clear();
}

std::string ulid(std::uint64_t n)
{
    const auto ms = static_cast<std::uint64_t>(noon.time_since_epoch().count() / 1000) + n;
    bits128 bits{};
    for (int i = 0; i < 6; ++i)
        bits[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    const auto tail = sha256(std::to_string(n));
    std::copy_n(tail.begin(), 10, bits.begin() + 6);
    std::string out;
    append_crockford(out, bits);
    return out;
}

receipt make(const status& s)
{
    receipt r;
    r.to = &endpoint_of(s.name_space);
    r.received = s.at;
    r.topic = topic::delivery_status;
    r.topic_name = "delivery_status";
    r.type = type_of(s.what);
    r.time = s.at;
    r.business = make_party(s.business, {}, false);
    r.customer = make_party(s.customer, s.user_id, true);
    r.message = message_id{s.message};
    r.subject = keep(r.message.text());
    r.status = s.what;
    r.status_text = name(s.what);
    r.callback_data_json = keep(s.callback);
    r.campaign = keep(s.campaign);
    if (s.what == delivery_status::delivery_failed) {
        r.error_code = keep(s.error_code);
        r.category = s.category;
        r.error_json = "{\"code\":" + json::quoted(s.error_code) +
                       ",\"category\":" + json::quoted(name(s.category)) + "}";
    }
    const std::string key = hex_of(r.message.key());
    r.id = s.error_code.empty()
               ? event_id_of(s.name_space, {"delivery_status", key, name(s.what)})
               : event_id_of(s.name_space, {"delivery_status", key, name(s.what), s.error_code});
    r.id_order = r.message.milliseconds().value_or(0);
    set_body(
        r,
        "{\"topic\":\"delivery_status\",\"statusUpdate\":{\"id\":\"" + s.message +
            "\",\"status\":\"" + std::string{name(s.what)} + "\"}}"
    );
    return r;
}

receipt make(const inbound& m)
{
    receipt r;
    r.to = &endpoint_of(m.name_space);
    r.received = m.at;
    r.topic = topic::messages;
    r.topic_name = "messages";
    r.type = "ai.connectly.messages.text";
    r.time = m.at;
    r.business = make_party(m.business, {}, false);
    r.customer = make_party(m.customer, m.user_id, true);
    r.subject = r.customer.key();
    r.reply_to = message_id{m.reply_to};
    r.callback_data_json = keep(m.callback);
    r.message_json = "{\"kind\":\"text\",\"text\":\"hello\"}";
    const message_id id{m.id};
    r.id = event_id_of(m.name_space, {"messages", hex_of(id.key())});
    r.id_order = id.milliseconds().value_or(0);
    set_body(
        r, "{\"topic\":\"messages\",\"message\":{\"id\":\"" + m.id + "\",\"text\":\"hello\"}}"
    );
    return r;
}

receipt make_other(std::string body, timestamp at)
{
    receipt r;
    r.to = &endpoint_of();
    r.received = r.time = at;
    r.topic = topic::unrecognized;
    r.topic_name = "unrecognized";
    r.type = "ai.connectly.unrecognized";
    const auto digest = sha256(body);
    r.id = event_id_of(
        "default", {"body", hex_of({reinterpret_cast<const char*>(digest.data()), 32})}
    );
    r.id_order = static_cast<std::uint64_t>(at.time_since_epoch().count() / 1000);
    set_body(r, body);
    r.form = payload_form::base64;
    return r;
}

temporary_folder::temporary_folder()
{
    std::string pattern = std::filesystem::temp_directory_path() / "webhookd-XXXXXX";
    if (!::mkdtemp(pattern.data()))
        throw std::runtime_error{"no temporary folder"};
    path_ = pattern;
}

temporary_folder::~temporary_folder()
{
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace testing
