#include "providers/connectly/samples.hpp"

#include "base/json.hpp"

#include <algorithm>
#include <array>

namespace webhookd::connectly {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t group_max = 32;
constexpr std::string_view business = "+14085550137";
constexpr std::array<std::string_view, 3> campaigns = {
    "spring_launch_mx", "summer_sale", "order_updates"
};
constexpr std::array<std::string_view, 4> names = {
    "Lucia Prado", "Jos\u00e9 Nu\u00f1ez", "Ana \u2728", "Mar\u00eda L\u00f3pez"
};

struct failure {
    std::string_view code;
    std::string_view type;
    std::string_view message;
};

constexpr std::array<failure, 6> failures = {{
    {"ERROR_CODE_MESSAGE_CUSTOMER_OPTED_OUT", "ERROR_TYPE_INVALID_REQUEST", "customer has opted out"
    },
    {"ERROR_CODE_MESSAGE_OUTSIDE_OF_ELIGIBILITY_WINDOW",
     "ERROR_TYPE_DEADLINE_EXCEEDED",
     "more than 24 hours since the customer's last message"},
    {"ERROR_CODE_PHONE_NUMBER_BAD_FORMAT", "ERROR_TYPE_INVALID_REQUEST", "bad phone number"},
    {"ERROR_CODE_BUSINESS_RATE_LIMIT_REACHED", "ERROR_TYPE_RATE_LIMIT", "rate limit reached"},
    {"ERROR_CODE_MESSAGE_TEMPLATE_NOT_FOUND", "ERROR_TYPE_NOT_FOUND", "template not found"},
    {"ERROR_CODE_UNSPECIFIED", "ERROR_TYPE_UNSPECIFIED", "Message undeliverable"},
}};

void append_field(std::string& out, std::string_view name, std::string_view text)
{
    out += ",\"";
    out += name;
    out += "\":";
    json::append_string(out, text);
}

void append_party(
    std::string& out, std::string_view key, std::string_view id, std::string_view name
)
{
    out += ",\"";
    out += key;
    out += R"(":{"id":)";
    json::append_string(out, id);
    out += R"(,"channelType":"whatsapp","name":)";
    json::append_string(out, name);
    out += '}';
}

void append_timestamp(std::string& out, timestamp at)
{
    out += R"(,"timestamp":")";
    out += std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
    out += '"';
}

void append_callback_data(std::string& out, std::uint64_t number)
{
    out += R"(,"callbackData":{"order_id":"A-)" + std::to_string(100'000 + number) + "\"}";
}

std::string ulid(const bits128& id)
{
    std::string out;
    append_crockford(out, id);
    return out;
}

}  // namespace

std::optional<scenario> parse_scenario(std::string_view name)
{
    constexpr std::array<std::string_view, 6> scenario_names = {
        "life", "replies", "failures", "repeats", "out-of-order", "mixed"
    };
    const auto found = std::find(scenario_names.begin(), scenario_names.end(), name);
    if (found == scenario_names.end())
        return std::nullopt;
    return static_cast<scenario>(found - scenario_names.begin());
}

const std::vector<sample_source::step>& sample_source::steps_of(connectly::scenario what)
{
    using enum step;
    static const std::vector<step> life = {sent, delivered, read};
    static const std::vector<step> replies = {sent, delivered, button, text};
    static const std::vector<step> fails = {sent, failed};
    static const std::vector<step> repeats = {sent, sent, delivered, delivered, read, read};
    static const std::vector<step> reversed = {read, delivered, sent};
    switch (what) {
        case scenario::replies: return replies;
        case scenario::failures: return fails;
        case scenario::repeats: return repeats;
        case scenario::out_of_order: return reversed;
        case scenario::life:
        case scenario::mixed: break;
    }
    return life;
}

std::uint64_t sample_source::whole(connectly::scenario what)
{
    if (what == scenario::mixed)
        return 4 * 3 + 4 + 2 + 6 + 3;  // the eight messages of begin_group
    if (what == scenario::failures)
        return 2 * failures.size();
    return steps_of(what).size();
}

sample_source::sample_source(
    connectly::scenario what,
    std::uint64_t count,
    std::uint64_t seed,
    std::optional<timestamp> start
)
    : what_{what}, start_{start}, random_{seed}
{
    const std::uint64_t messages =
        what == scenario::mixed ? count / whole(what) * 8 : count / steps_of(what).size();
    const std::uint64_t least = what == scenario::mixed ? 8 : 1;
    group_size_ = static_cast<std::size_t>(std::clamp<std::uint64_t>(messages, least, group_max));
}

bits128 sample_source::make_id(timestamp at)
{
    using std::chrono::milliseconds;
    const auto ms =
        static_cast<std::uint64_t>(std::chrono::floor<milliseconds>(at).time_since_epoch().count());
    bits128 id;
    for (std::size_t i = 0; i < 6; ++i)
        id[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
    const std::uint64_t high = random_();
    const std::uint64_t low = random_();
    for (std::size_t i = 6; i < 8; ++i)
        id[i] = static_cast<std::uint8_t>(high >> (8 * (i - 6)));
    for (std::size_t i = 8; i < 16; ++i)
        id[i] = static_cast<std::uint8_t>(low >> (8 * (i - 8)));
    return id;
}

void sample_source::begin_group()
{
    using enum scenario;
    constexpr std::array<scenario, 8> mix = {
        life, replies, life, failures, life, repeats, life, out_of_order
    };
    group_.resize(group_size_);
    for (message& m : group_) {
        m.number = made_++;
        m.what = what_ == mixed ? mix[m.number % mix.size()] : what_;
        // A minute back: the last step of a message is not told from the future.
        m.made =
            start_ ? *start_ + static_cast<std::int64_t>(m.number) * 10ms : timestamp{now() - 60s};
        m.id = make_id(m.made);
        m.reply = make_id(m.made + 25s);
        m.customer = "+5215" + std::to_string(500'000'000 + random_() % 100'000'000);
    }
    at_message_ = 0;
    at_step_ = 0;
}

std::string sample_source::next()
{
    for (;;) {
        for (; at_message_ < group_.size(); ++at_message_) {
            const message& m = group_[at_message_];
            const auto& steps = steps_of(m.what);
            if (at_step_ < steps.size()) {
                ++at_message_;
                return body(m, steps[at_step_]);
            }
        }
        at_message_ = 0;
        if (++at_step_ >= 6 || group_.empty())
            begin_group();
    }
}

std::string sample_source::body(const message& m, step s) const
{
    return s == step::button || s == step::text ? reply_body(m, s) : status_body(m, s);
}

std::string sample_source::status_body(const message& m, step s) const
{
    struct telling {
        std::string_view status;
        std::chrono::seconds after;
    };

    const telling t = s == step::sent        ? telling{"sent", 1s}
                      : s == step::delivered ? telling{"delivered", 3s}
                      : s == step::read      ? telling{"read", 20s}
                                             : telling{"delivery_failed", 2s};
    std::string out = R"({"topic":"delivery_status")";
    out.reserve(640);
    append_timestamp(out, m.made + t.after);
    append_party(out, "sender", business, "Andes Outfitters");
    append_party(out, "recipient", m.customer, names[m.number % names.size()]);
    out += R"(,"metadata":null,"statusUpdate":{"id":")" + ulid(m.id) + '"';
    append_field(out, "status", t.status);
    out += R"(,"metadata":{"campaignName":)";
    json::append_string(out, campaigns[m.number / 7 % campaigns.size()]);
    out += R"(},"error":)";
    if (s == step::failed) {
        const failure& f = failures[m.number % failures.size()];
        out += R"({"details":{})";
        append_field(out, "message", f.message);
        append_field(out, "type", f.type);
        append_field(out, "code", f.code);
        append_field(out, "userTitle", "Message not delivered");
        append_field(out, "userMessage", "Pass the trace id along to the team");
        append_field(
            out, "cntTraceId", "1" + std::to_string(7'000'000'000'000'000'000u + m.number)
        );
        out += '}';
    }
    else {
        out += "null";
    }
    out += '}';
    append_callback_data(out, m.number);
    out += '}';
    return out;
}

std::string sample_source::reply_body(const message& m, step s) const
{
    std::string out = R"({"topic":"messages")";
    append_timestamp(out, m.made + (s == step::button ? 25s : 60s));
    append_party(out, "sender", m.customer, names[m.number % names.size()]);
    append_party(out, "recipient", business, "Andes Outfitters");
    out += R"(,"metadata":null)";
    if (s == step::button) {
        out += R"(,"buttonResponse":{"id":")" + ulid(m.reply) + '"';
        append_field(out, "text", "Yes, please");
        append_field(out, "payload", "confirm");
        out += R"(},"context":{"replyToId":")";
        append_uuid(out, m.id);
        out += "\"}";
        append_callback_data(out, m.number);
    }
    else {
        bits128 id = m.reply;
        id[15] = static_cast<std::uint8_t>(id[15] ^ 1);  // not the button's
        out += R"(,"message":{"id":")" + ulid(id) + '"';
        append_field(out, "text", "Do you ship to M\u00e9rida? \U0001F4E6");
        out += R"(,"attachments":[],"location":null})";
    }
    out += '}';
    return out;
}

}  // namespace webhookd::connectly
