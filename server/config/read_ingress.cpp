#include "config/addresses.hpp"
#include "config/certificates.hpp"
#include "config/scalars.hpp"
#include "config/secrets.hpp"
#include "config/sections.hpp"
#include "config/words.hpp"
#include "providers/provider.hpp"

#include <algorithm>

namespace webhookd::config {

namespace {

void read_tls(section& listener, listener_settings& out)
{
    constexpr std::string_view hint =
        "give `tls: { certificate: …, private_key: … }`, or say `tls: off` outright";
    if (listener.is_said("tls", "off"))
        return;
    const node* value = listener.require("tls", hint);
    if (!value)
        return;
    if (value->is != node::kind::map) {
        listener.problem("tls", "`tls` must be a map or the word off; " + std::string{hint});
        return;
    }
    listener.map("tls", [&](section& s) {
        tls_settings& tls = out.tls.emplace();
        read_certificate(s, tls.certificate, tls.private_key);
        read_authorities(s, "client_ca", "off", tls.client_ca);
        s.choice<std::string>("min_version", tls.min_version, {{"1.2", "1.2"}, {"1.3", "1.3"}});
    });
}

void read_address(section& listener, const ingress_settings& all, listener_settings& out)
{
    std::string text;
    if (!listener.require("address", "give an IP address and a port: 0.0.0.0:8443") ||
        !listener.text("address", text))
        return;
    const auto address = parse_socket_address(text);
    if (!address) {
        listener.problem(
            "address",
            "`address` must be an IP address and a port, such as 0.0.0.0:8443 or [::]:8443, not `" +
                text + "`"
        );
        return;
    }
    out.address = address->text;
    for (const listener_settings& other : all.listeners) {
        if (address->has_port && other.address == out.address)
            listener.problem("address", "another listener has the address " + out.address);
    }
}

bool is_path(std::string_view text)
{
    return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](char c) {
               return c > 0x20 && c < 0x7f && c != '?' && c != '#';
           });
}

void read_endpoint_path(
    section& s, const std::vector<endpoint_settings>& all, endpoint_settings& out
)
{
    if (!s.require("path", "give the path of the URL: /webhooks/connectly") ||
        !s.text("path", out.path))
        return;
    if (!is_path(out.path))
        s.problem("path", "`path` begins with a / and has no white space, `?` or `#`");
    else if (out.path == "/livez" || out.path == "/readyz")
        s.problem("path", "`" + out.path + "` is the daemon's own; choose another path");
    for (const endpoint_settings& other : all) {
        if (other.path == out.path)
            s.problem("path", "another endpoint has the path `" + out.path + "`");
    }
}

void read_provider(section& s, endpoint_settings& out)
{
    const auto names = provider_names();
    if (!s.require("provider", "known are: " + listed(names)) || !s.text("provider", out.provider))
        return;
    if (find_provider(out.provider))
        return;
    const std::string meant = nearest(out.provider, {names.begin(), names.end()});
    s.problem(
        "provider",
        "`" + out.provider + "` is no provider; " +
            (meant.empty() ? "known are: " + listed(names) : "did you mean `" + meant + "`?")
    );
}

}  // namespace

void read_listeners(section& root, ingress_settings& out)
{
    if (!root.require("listeners", "give at least one `address` with its `tls`"))
        return;
    root.each("listeners", [&](section& s) {
        listener_settings listener;
        read_address(s, out, listener);
        read_tls(s, listener);
        s.choice("proxy_protocol", listener.proxy_protocol, {{"off", false}, {"required", true}});
        const node* proxies = root.find("trusted_proxies");
        if (listener.proxy_protocol && (!proxies || proxies->items.empty()))
            s.problem(
                "proxy_protocol",
                "with `proxy_protocol: required` only `trusted_proxies` get in, and there are "
                "none; list the load balancer's addresses there"
            );
        out.listeners.push_back(std::move(listener));
    });
    const node* list = root.find("listeners");
    if (list->is == node::kind::list && list->items.empty())
        root.problem("listeners", "`listeners` must have at least one `address` with its `tls`");
}

void read_trusted_proxies(section& root, ingress_settings& out)
{
    root.texts("trusted_proxies", out.trusted_proxies);
    const node* list = root.find("trusted_proxies");
    if (!list)
        return;
    for (const node_ptr& item : list->items) {
        if (item->is != node::kind::text || item->text.empty() || item->broken)
            continue;
        if (std::string problem = check_address_block(item->text); !problem.empty())
            root.to().found.problem(item->at, std::move(problem));
    }
}

void read_endpoints(section& root, std::vector<endpoint_settings>& out)
{
    const node* list =
        root.require("endpoints", "give at least one `path` with its `provider` and `secrets`");
    if (!list)
        return;
    root.each("endpoints", [&](section& s) {
        endpoint_settings e;
        read_endpoint_path(s, out, e);
        read_provider(s, e);
        if (s.text("namespace", e.name_space) && !is_word(e.name_space))
            s.problem(
                "namespace", "`namespace` must be up to 64 letters, digits, `.`, `_` and `-`"
            );
        const node* secrets =
            s.require("secrets", "give at least one: { name: current, file: connectly.secret }");
        e.secrets = read_named_secrets(s);
        if (secrets && secrets->is == node::kind::list && secrets->items.empty())
            s.problem("secrets", "an endpoint needs a secret: { name: current, file: … }");
        out.push_back(std::move(e));
    });
    if (list->is == node::kind::list && list->items.empty())
        root.problem("endpoints", "`endpoints` must have at least one `path`");
}

void read_limits(section& s, limit_settings& out)
{
    constexpr duration_bounds deadline{
        .least = std::chrono::milliseconds{1}, .most = std::chrono::hours{1}
    };
    s.size("max_body", out.max_body, {.least = 1, .most = 1ull << 30});
    s.count("max_connections", out.max_connections, {.least = 1, .most = 1'000'000});
    s.size("max_queue", out.max_queue, {.least = 1, .most = 1ull << 40});
    s.duration("handshake_timeout", out.handshake_timeout, deadline);
    s.duration("header_timeout", out.header_timeout, deadline);
    s.duration("body_timeout", out.body_timeout, deadline);
    s.duration("idle_timeout", out.idle_timeout, deadline);
    if (out.max_queue < out.max_body)
        s.problem(
            "max_queue",
            "`max_queue` (" + print_size(out.max_queue) + ") must hold at least one body of " +
                "`max_body` (" + print_size(out.max_body) + ")"
        );
}

}  // namespace webhookd::config
