#include "config/addresses.hpp"
#include "config/certificates.hpp"
#include "config/scalars.hpp"
#include "config/secrets.hpp"
#include "config/sections.hpp"
#include "config/words.hpp"

#include <algorithm>

namespace webhookd::config {

namespace {

constexpr duration_bounds deadline{
    .least = std::chrono::milliseconds{1}, .most = std::chrono::hours{1}
};

// Reads `url:`, whose scheme must be one of `schemes`.
std::optional<parsed_url> read_url(
    section& s, std::string& out, const std::vector<std::string_view>& schemes
)
{
    const std::string example = std::string{schemes.front()} + "://example.net";
    if (!s.require("url", "give one such as " + example) || !s.text("url", out))
        return std::nullopt;
    parsed_url url = parse_url(out);
    if (url.problem.empty() &&
        std::find(schemes.begin(), schemes.end(), url.scheme) == schemes.end())
        url.problem = "`url` must begin with " + listed(schemes) + "://, not " + url.scheme;
    if (url.problem.empty())
        return url;
    s.problem("url", std::move(url.problem));
    return std::nullopt;
}

void check_plaintext(section& s, const parsed_url& url, const http_sink_settings& out)
{
    if (url.scheme == "http" && !is_loopback(url.host) && !out.plaintext_allowed)
        s.problem(
            "url",
            "http:// sends customers' data in the clear; use https://, or say `plaintext: allow` "
            "if the network in between is trusted"
        );
}

bool is_token(std::string_view name)
{
    static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

// Headers that the sink writes itself, in lower case.
constexpr std::string_view own_headers[] = {
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "expect",
    "te",
    "trailer",
    "upgrade",
};

std::string check_header_name(const std::string& name)
{
    std::string lower = name;
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (!is_token(name))
        return "`" + name + "` cannot be the name of a header";
    const auto end = std::end(own_headers);
    if (std::find(std::begin(own_headers), end, lower) != end)
        return "the sink sets the header `" + name + "` itself; take it out";
    return {};
}

bool is_header_value(std::string_view value)
{
    return std::none_of(value.begin(), value.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
}

void read_header(section& headers, const entry& e, http_sink_settings& out)
{
    if (std::string problem = check_header_name(e.key); !problem.empty())
        headers.to().found.problem(e.at, std::move(problem));
    const node* value = headers.find_also(e.key);
    if (!value)
        return;
    std::optional<secret_value> read;
    if (value->is == node::kind::text) {
        read = secret_value{value->text};
    }
    else if (headers.expect(*value, node::kind::map, e.key)) {
        section inner{headers.to(), *value, "sinks[http].headers[]"};
        read = read_secret(inner);
        inner.done();
    }
    if (read && !is_header_value(read->bytes()))
        headers.to().found.problem(
            value->at, "the value of `" + e.key + "` holds a control character or a newline"
        );
    else if (read)
        out.headers.emplace_back(e.key, std::move(*read));
}

void read_headers(section& sink, http_sink_settings& out)
{
    const node* map = sink.find("headers");
    if (!map || !sink.expect(*map, node::kind::map, "headers"))
        return;
    section headers{sink.to(), *map, "sinks[http].headers"};
    for (const entry& e : map->entries)
        read_header(headers, e, out);
}

void read_sink_tls(section& sink, http_sink_settings& out)
{
    sink.map("tls", [&](section& s) {
        read_authorities(s, "ca", "system", out.ca);
        const bool none = s.is_said("certificate", "off") && s.is_said("private_key", "off");
        std::string certificate;
        std::string key;
        if (none || !(s.has("certificate") || s.has("private_key"))) {
            s.find("certificate");
            s.find("private_key");
        }
        else if (read_certificate(s, certificate, key)) {
            out.client_certificate = certificate;
            out.client_key = key;
        }
    });
}

void read_timeouts(section& sink, http_sink_settings& out)
{
    const node* whole = sink.find_also("timeout");
    if (const auto read = sink.read_duration(whole, "timeout", deadline))
        out.timeout = *read;
    sink.map("timeouts", [&](section& s) {
        s.duration("connect", out.connect_timeout, deadline);
        s.duration("tls", out.tls_timeout, deadline);
        s.duration("first_byte", out.first_byte_timeout, deadline);
        s.duration("total", out.timeout, deadline);
        if (whole && s.has("total"))
            s.problem("total", "`timeout` says the same; give one of the two");
    });
}

void read_retry(section& sink, http_sink_settings& out)
{
    sink.map("retry", [&](section& s) {
        s.duration("initial", out.retry_initial);
        s.duration("max", out.retry_max);
        s.duration("give_up_after", out.retry_give_up_after);
        if (out.retry_max < out.retry_initial)
            s.problem(
                "max",
                "`max` (" + print_duration(out.retry_max) + ") must be at least `initial` (" +
                    print_duration(out.retry_initial) + ")"
            );
    });
    sink.map("breaker", [&](section& s) {
        s.count("failures", out.breaker_failures, {.least = 1, .most = 1'000'000});
        s.duration("probe", out.breaker_probe);
    });
}

}  // namespace

void read_http_sink(section& s, http_sink_settings& out)
{
    const auto url = read_url(s, out.url, {"https", "http"});
    s.choice("plaintext", out.plaintext_allowed, {{"refuse", false}, {"allow", true}});
    if (url)
        check_plaintext(s, *url, out);
    s.choice("format", out.format, {{"event", http_format::event}, {"raw", http_format::raw}});
    out.secrets = read_named_secrets(s);
    for (const named_secret& secret : out.secrets)
        check_standard_webhooks(s, secret);
    read_headers(s, out);
    read_sink_tls(s, out);
    s.count("concurrency", out.concurrency, {.least = 1, .most = 1024});
    read_timeouts(s, out);
    read_retry(s, out);
}

void read_nats_sink(section& s, nats_sink_settings& out)
{
    const auto url = read_url(s, out.url, {"nats", "tls"});
    if (url && url->has_path)
        s.problem("url", "a NATS URL ends with its host or port; take the path out");
    if (s.text("subject", out.subject) &&
        (out.subject.find_first_of(" \t\r\n*>") != std::string::npos ||
         out.subject.starts_with('.') || out.subject.ends_with('.') ||
         out.subject.find("..") != std::string::npos))
        s.problem(
            "subject", "`subject` is words with dots between them, without white space, `*` or `>`"
        );
    std::string credentials;
    if (!s.is_said("credentials", "off") && s.path("credentials", credentials)) {
        out.credentials = credentials;
        s.to().read_file(credentials, s.place("credentials"));
    }
    read_authorities(s, "ca", "system", out.ca);
    s.duration("timeout", out.timeout, deadline);
}

}  // namespace webhookd::config
