#include "sinks/http_request.hpp"

#include "providers/provider.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace webhookd {

namespace {

bool is_token(std::string_view text)
{
    static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               others.find(c) != std::string_view::npos;
    });
}

bool is_value(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    });
}

std::string lower(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

void check_header(const std::string& name, std::string_view value)
{
    constexpr std::array<std::string_view, 10> ours{
        "host",
        "content-type",
        "content-length",
        "connection",
        "transfer-encoding",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "expect",
        "upgrade"
    };
    if (!is_token(name))
        throw std::runtime_error("`" + name + "` cannot be the name of a header");
    if (std::find(ours.begin(), ours.end(), lower(name)) != ours.end())
        throw std::runtime_error("header " + name + " is set by the daemon: remove it");
    if (!is_value(value))
        throw std::runtime_error(
            "header " + name + ": its value holds a line break or control byte"
        );
}

void append_header(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view provider_of(const event& e) noexcept
{
    // Our own head; inside a JSON string these quotes would be escaped.
    constexpr std::string_view key = "\"data\":{\"provider\":\"";
    const std::string_view head = e.head;
    const auto at = head.find(key);
    if (at == std::string_view::npos)
        return {};
    const auto name = head.substr(at + key.size());
    return name.substr(0, name.find('"'));
}

http_request_maker::http_request_maker(const http_sink_settings& settings, const http_url& to)
    : format_{settings.format}, signer_{settings.secrets}
{
    start_ = "POST " + to.target + " HTTP/1.1\r\n";
    append_header(start_, "Host", to.authority());
    append_header(start_, "User-Agent", "connectly-webhookd/" WEBHOOKD_VERSION);
    for (const auto& [name, value] : settings.headers) {
        check_header(name, value.bytes());
        append_header(start_, name, value.bytes());
    }
}

std::optional<std::string> http_request_maker::make(const event& e, timestamp at)
{
    std::string line;
    std::string_view body = e.body;
    if (format_ == http_format::event) {
        line.reserve(e.head.size() + e.body.size() + 8);
        append_line(line, e);
        line.pop_back();  // The newline.
        body = line;
    }
    const std::string id = event_id_text(e.id);
    const std::string seconds =
        std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
    std::string out;
    out.reserve(start_.size() + body.size() + 512);
    out = start_;
    append_header(out, "webhook-id", id);
    append_header(out, "webhook-timestamp", seconds);
    if (signer_.signs()) {
        out += "webhook-signature: ";
        if (!signer_.append_signature(out, id, seconds, body, at))
            return std::nullopt;
        out += "\r\n";
    }
    if (format_ == http_format::event) {
        append_header(out, "Content-Type", "application/cloudevents+json");
    }
    else {
        if (!e.content_type.empty() && is_value(e.content_type))
            append_header(out, "Content-Type", e.content_type);
        const provider* from = find_provider(provider_of(e));
        if (from && !e.signature.empty() && is_value(e.signature))
            append_header(out, from->headers().front(), e.signature);
    }
    append_header(out, "Content-Length", std::to_string(body.size()));
    out.append("\r\n").append(body);
    return out;
}

}  // namespace webhookd
