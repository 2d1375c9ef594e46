#include "sinks/nats_subject.hpp"

#include "sinks/http_request.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace webhookd {

namespace {

// Behind the provider's name: `ai.connectly.` `delivery_status` `.` `sent`.
std::pair<std::string_view, std::string_view> split_type(std::string_view type)
{
    for (int i = 0; i < 2; ++i) {
        const auto dot = type.find('.');
        if (dot == std::string_view::npos)
            break;
        type.remove_prefix(dot + 1);
    }
    const auto dot = type.find('.');
    if (dot == std::string_view::npos)
        return {type, {}};
    return {type.substr(0, dot), type.substr(dot + 1)};
}

void append_token(std::string& out, std::string_view text)
{
    constexpr std::string_view special = ".*>";
    if (text.empty())
        out += "none";
    for (char c : text) {
        const bool plain = static_cast<unsigned char>(c) > 0x20 && c != 0x7f &&
                           special.find(c) == std::string_view::npos;
        out += plain ? c : '_';
    }
}

// The literal text of a template: tokens that are not empty, without wildcards.
void check_literal(std::string_view text, bool first, bool last)
{
    const bool blank = text.find_first_of(" \t\r\n*>{}") != std::string_view::npos ||
                       text.find("..") != std::string_view::npos;
    if (blank || (first && text.starts_with('.')) || (last && text.ends_with('.')))
        throw std::runtime_error(
            "subject: `" + std::string{text} +
            "` cannot be part of a subject: give tokens with dots"
            " between them, as connectly.{topic}.{status}"
        );
}

}  // namespace

nats_subject::nats_subject(std::string_view text)
{
    constexpr std::array<std::pair<std::string_view, part>, 4> names{{
        {"topic", part::topic},
        {"status", part::status},
        {"provider", part::provider},
        {"namespace", part::name_space},
    }};
    if (text.empty())
        throw std::runtime_error("subject: is empty; connectly.{topic}.{status} would do");
    while (!text.empty()) {
        const auto open = text.find('{');
        const auto literal = text.substr(0, open);
        text.remove_prefix(literal.size());
        if (!literal.empty()) {
            check_literal(literal, parts_.empty(), text.empty());
            parts_.emplace_back(std::string{literal});
        }
        if (text.empty())
            break;
        const auto close = text.find('}');
        const auto name = text.substr(1, close == std::string_view::npos ? close : close - 1);
        bool known = false;
        for (const auto& [spelling, what] : names) {
            if (close == std::string_view::npos || name != spelling)
                continue;
            parts_.emplace_back(what);
            known = true;
        }
        if (!known)
            throw std::runtime_error(
                "subject: {" + std::string{name} +
                "} is not known; there are {topic}, {status}, {provider} and {namespace}"
            );
        text.remove_prefix(close + 1);
    }
}

std::string nats_subject::of(const event& e) const
{
    const auto [topic, status] = split_type(e.type);
    std::string out;
    for (const auto& p : parts_) {
        if (const auto* literal = std::get_if<std::string>(&p)) {
            out += *literal;
            continue;
        }
        switch (std::get<part>(p)) {
            case part::topic: append_token(out, topic); break;
            case part::status: append_token(out, status); break;
            case part::provider: append_token(out, provider_of(e)); break;
            case part::name_space: append_token(out, e.name_space); break;
        }
    }
    return out;
}

}  // namespace webhookd
