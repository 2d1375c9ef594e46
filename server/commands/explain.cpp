#include "commands/explain.hpp"

#include "base/encoding.hpp"
#include "commands/restyle.hpp"

#include <algorithm>
#include <optional>

namespace webhookd::commands {

namespace {

// A text with one of the usual mistakes made or undone, and what that says.
struct variant {
    std::string text;
    std::string said;  // empty: as it was given
};

struct decoded {
    bits256 code;
    std::string said;  // what is wrong with the spelling; empty: nothing
};

std::optional<std::string> decode_hex(std::string_view text)
{
    const auto digit = [](char c) {
        const char lower = static_cast<char>(c | 0x20);
        return c >= '0' && c <= '9'           ? c - '0'
               : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                              : -1;
    };
    std::string out;
    if (text.empty() || text.size() % 2 != 0)
        return std::nullopt;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        out += static_cast<char>(high << 4 | low);
    }
    return out;
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view space = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(space);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

std::optional<bits256> as_code(const std::optional<std::string>& bytes)
{
    bits256 out;
    if (!bytes || bytes->size() != out.size())
        return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
}

// Reads the signature however it may be spelled.
std::optional<decoded> read_signature(std::string_view given)
{
    if (const auto code = decode_base64_256(given))
        return decoded{*code, {}};
    std::string_view text = trimmed(given);
    std::string said = text.size() != given.size() ? "white space around it" : "";
    if (const std::size_t equals = text.find('='); text.starts_with("sha256=") && equals == 6) {
        text.remove_prefix(7);
        said = "a prefix sha256= in front of it";
    }
    if (const auto code = decode_base64_256(text))
        return decoded{*code, said};
    if (const auto code = as_code(decode_hex(text)))
        return decoded{*code, "it is written in hex; the header holds Base64"};
    std::string standard{text};
    std::replace(standard.begin(), standard.end(), '-', '+');
    std::replace(standard.begin(), standard.end(), '_', '/');
    const bool url_safe = standard != text;
    standard.erase(standard.find_last_not_of('=') + 1);
    standard.append((4 - standard.size() % 4) % 4, '=');
    if (const auto code = decode_base64_256(standard))
        return decoded{
            *code,
            url_safe ? "it is url-safe Base64 (- and _); the header holds standard Base64 (+ and /)"
                     : "its padding (=) is wrong; the header holds padded Base64"
        };
    const auto inner = decode_base64(standard);
    if (const auto code = as_code(inner ? decode_hex(*inner) : std::nullopt))
        return decoded{
            *code, "it is Base64 of the hex digits; the header holds Base64 of the bytes"
        };
    return std::nullopt;
}

std::vector<variant> secret_variants(std::string_view secret)
{
    std::vector<variant> out{{std::string{secret}, {}}};
    const auto add = [&](std::string text, std::string_view said) {
        if (!text.empty() && text != secret)
            out.push_back({std::move(text), std::string{said}});
    };
    add(std::string{trimmed(secret)}, "without the white space around it");
    add(std::string{secret} + "\n", "with a newline behind it: it was read from a file untrimmed");
    add(std::string{secret} + "\r\n", "with CR LF behind it: it was read from a file untrimmed");
    add(std::string{secret} + " ", "with a blank behind it");
    const bool quoted = secret.size() > 2 && secret.front() == secret.back() &&
                        (secret.front() == '"' || secret.front() == '\'');
    if (quoted)
        add(std::string{secret.substr(1, secret.size() - 2)}, "without the quotes round it");
    add(decode_hex(secret).value_or(""),
        "hex-decoded: the provider uses the secret's text as it stands");
    add(decode_base64(secret).value_or(""),
        "Base64-decoded: the provider uses the secret's text as it stands");
    return out;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by)
{
    std::string out{text};
    for (std::size_t at = out.find(what); at != std::string::npos;
         at = out.find(what, at + by.size()))
        out.replace(at, what.size(), by);
    return out;
}

std::vector<variant> body_variants(std::string_view body)
{
    std::vector<variant> out{{std::string{body}, {}}};
    const auto add = [&](std::string text, std::string said) {
        const bool known =
            std::any_of(out.begin(), out.end(), [&](const variant& v) { return v.text == text; });
        if (!known)
            out.push_back({std::move(text), std::move(said)});
    };
    add(std::string{body} + "\n", "with a newline at its end, which got lost");
    add(std::string{body} + "\r\n", "with CR LF at its end, which got lost");
    std::string_view bare = body;
    while (bare.ends_with('\n') || bare.ends_with('\r')) {
        bare.remove_suffix(1);
        add(std::string{bare},
            "without the newline at its end, which was added (by echo, or an editor)");
    }
    add(replaced(body, "\r\n", "\n"), "with LF for each CR LF: its line ends were changed");
    add(replaced(replaced(body, "\r\n", "\n"), "\n", "\r\n"),
        "with CR LF for each LF: its line ends were changed");
    constexpr std::string_view mark = "\xef\xbb\xbf";
    if (body.starts_with(mark))
        add(std::string{body.substr(mark.size())}, "without the byte order mark at its start");
    for (const json_style& style : json_styles()) {
        const std::string said =
            "written " + std::string{style.name} +
            ": something parsed the JSON and wrote it anew; verify the raw bytes";
        const std::string text = restyle(body, style);
        add(text, said);
        add(text + "\n", said + " (and a newline at its end)");
    }
    return out;
}

bool fits(const provider& from, const decoded& given, const variant& secret, const variant& body)
{
    const std::string made = from.sign(secret_value{secret.text}, body.text, {}).front();
    return decode_base64_256(made) == given.code;
}

// What fitted, as a sentence.
std::string sentence(
    const candidate& c,
    const decoded& given,
    const variant& secret,
    const variant& body,
    timestamp at
)
{
    std::string out = "The signature is right for " + c.where;
    if (!secret.said.empty())
        out += ", taken " + secret.said;
    if (!body.said.empty())
        out += ", of the body " + body.said;
    if (c.secret.not_after && at >= *c.secret.not_after)
        out += ", which ended at " + to_rfc3339(*c.secret.not_after);
    if (!c.expected)
        out += ", which is not the secret it was checked with";
    if (!given.said.empty())
        out += "; but its spelling is not: " + given.said;
    return out + ".";
}

std::optional<std::string> find_fit(
    const provider& from,
    const decoded& given,
    const std::vector<variant>& bodies,
    const std::vector<candidate>& candidates,
    timestamp at
)
{
    // One mistake is likelier than two: whole secrets with whole bodies come first.
    for (const int mistakes : {0, 1, 2})
        for (const candidate& c : candidates)
            for (const variant& secret : secret_variants(c.secret.value.bytes()))
                for (const variant& body : bodies) {
                    const int made = (secret.said.empty() ? 0 : 1) + (body.said.empty() ? 0 : 1);
                    if (made == mistakes && fits(from, given, secret, body))
                        return sentence(c, given, secret, body, at);
                }
    return std::nullopt;
}

}  // namespace

std::vector<std::string> explain_mismatch(
    const provider& from,
    std::string_view signature,
    std::string_view body,
    const std::vector<candidate>& candidates,
    timestamp at
)
{
    if (trimmed(signature).empty())
        return {"The signature is empty."};
    const auto given = read_signature(signature);
    if (!given)
        return {
            "The signature is not 32 bytes in Base64 (44 characters), nor in hex, url-safe or "
            "unpadded Base64: it was cut off, or is something else."
        };
    if (auto fit = find_fit(from, *given, body_variants(body), candidates, at))
        return {*fit};
    std::vector<std::string> out;
    if (!given->said.empty())
        out.push_back("The signature's spelling is wrong: " + given->said + ".");
    if (body.empty())
        out.emplace_back("The body is empty: was it piped in?");
    out.emplace_back(
        "The signature fits none of the secrets, with the body as it is or as the usual programs "
        "would write it: it was made with another secret (is this the webhook's, not the API "
        "key?), "
        "or the body was changed in another way (the order of keys, numbers, a part of it)."
    );
    return out;
}

}  // namespace webhookd::commands
