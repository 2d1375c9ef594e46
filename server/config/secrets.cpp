#include "config/secrets.hpp"

#include "base/encoding.hpp"
#include "config/scalars.hpp"

namespace webhookd::config {

namespace {

constexpr std::string_view never = "never";

// Trims the one newline that editors and `echo` put at the end of a file.
void trim_newline(std::string& bytes)
{
    if (bytes.ends_with('\n'))
        bytes.pop_back();
    else
        return;
    if (bytes.ends_with('\r'))
        bytes.pop_back();
}

// `key` is one of file, env, credential; what it names is `from`.
std::optional<std::string> fetch(section& s, std::string_view key, std::string& from)
{
    const position at = s.place(key);
    if (key == "file") {
        from = s.to().absolute(from);
        return s.to().read_file(from, at);
    }
    if (key == "env") {
        auto value = s.to().outside.env(from);
        if (!value)
            s.problem(key, "the environment variable " + from + " is not set; set it");
        return value;
    }
    const auto folder = s.to().outside.env("CREDENTIALS_DIRECTORY");
    if (from.find('/') != std::string::npos || from == "." || from == "..")
        s.problem(key, "a credential is named as in systemd's LoadCredential=, without a /");
    else if (!folder || folder->empty())
        s.problem(
            key,
            "CREDENTIALS_DIRECTORY is not set; a credential needs LoadCredential=" + from +
                ":… in the systemd unit, or use `file:`"
        );
    else
        return s.to().read_file(*folder + "/" + from, at);
    return std::nullopt;
}

std::optional<timestamp> read_not_after(section& s)
{
    std::string text;
    if (s.is_said("not_after", never) || !s.text("not_after", text))
        return std::nullopt;
    const auto read = parse_rfc3339(text);
    if (!read)
        s.problem(
            "not_after",
            "`not_after` must be a time such as 2026-12-31T00:00:00Z or the word never, not `" +
                text + "`"
        );
    return read;
}

}  // namespace

std::optional<secret_value> read_secret(section& s)
{
    std::string_view chosen;
    std::string from;
    int given = 0;
    for (const std::string_view key : {"file", "env", "credential"}) {
        const bool present = s.find(key) != nullptr;
        given += s.has(key) ? 1 : 0;
        if (present && s.text(key, from))
            chosen = key;
    }
    if (given != 1) {
        s.to().found.problem(
            s.at(), "a secret comes from one of `file:`, `env:` and `credential:`; give exactly one"
        );
        return std::nullopt;
    }
    if (chosen.empty())
        return std::nullopt;
    auto bytes = fetch(s, chosen, from);
    if (!bytes)
        return std::nullopt;
    trim_newline(*bytes);
    if (bytes->empty()) {
        s.problem(chosen, "the secret in " + from + " is empty");
        return std::nullopt;
    }
    return secret_value{std::move(*bytes), std::string{chosen} + ": " + from};
}

std::vector<named_secret> read_named_secrets(section& s)
{
    std::vector<named_secret> out;
    s.each("secrets", [&](section& one) {
        named_secret secret;
        const bool named =
            one.require("name", "a name tells secrets apart while they are rotated: current") &&
            one.text("name", secret.name);
        if (named && !is_word(secret.name))
            one.problem("name", "`name` must be up to 64 letters, digits, `.`, `_` and `-`");
        for (const named_secret& other : out) {
            if (named && other.name == secret.name)
                one.problem("name", "another secret here is called `" + secret.name + "`");
        }
        auto value = read_secret(one);
        secret.not_after = read_not_after(one);
        if (value && secret.not_after && *secret.not_after <= now())
            one.to().found.note(
                one.place("not_after"), "this secret has expired and is not tried any more"
            );
        if (value)
            secret.value = std::move(*value);
        out.push_back(std::move(secret));
    });
    return out;
}

void read_optional_secret(section& s, std::string_view key, std::optional<secret_value>& out)
{
    if (s.is_said(key, "off"))
        return;
    const node* value = s.find(key);
    if (value && value->is == node::kind::text) {
        s.problem(
            key,
            "a secret is not written into the config; give `" + std::string{key} +
                ": { file: … }`, `{ env: … }` or `{ credential: … }`"
        );
        return;
    }
    s.map(key, [&](section& inner) { out = read_secret(inner); });
}

void check_standard_webhooks(section& s, const named_secret& secret)
{
    constexpr std::string_view prefix = "whsec_";
    const std::string_view text = secret.value.bytes();
    const auto key =
        text.starts_with(prefix) ? decode_base64(text.substr(prefix.size())) : std::nullopt;
    if (!text.empty() && (!key || key->empty()))
        s.problem(
            "secrets",
            "the secret `" + secret.name +
                "` must be whsec_ and Base64, as Standard Webhooks says; make one with "
                "echo whsec_$(openssl rand -base64 32)"
        );
}

}  // namespace webhookd::config
