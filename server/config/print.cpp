#include "config/emitter.hpp"
#include "config/load.hpp"

namespace webhookd {

namespace {

using config::emitter;

void print(emitter& to, const listener_settings& l)
{
    to.item();
    to.text("address", l.address);
    if (l.tls) {
        to.open("tls");
        to.text("certificate", l.tls->certificate);
        to.text("private_key", l.tls->private_key);
        to.text_or("client_ca", l.tls->client_ca, "off");
        to.text("min_version", l.tls->min_version);
        to.close();
    }
    else {
        to.word("tls", "off");
    }
    to.word("proxy_protocol", l.proxy_protocol ? "required" : "off");
    to.end_item();
}

void print(emitter& to, const endpoint_settings& e)
{
    to.item();
    to.text("path", e.path);
    to.text("provider", e.provider);
    to.text("namespace", e.name_space);
    to.secrets("secrets", e.secrets);
    to.end_item();
}

void print(emitter& to, const limit_settings& l)
{
    to.open("limits");
    to.size("max_body", l.max_body);
    to.count("max_connections", l.max_connections);
    to.size("max_queue", l.max_queue);
    to.duration("handshake_timeout", l.handshake_timeout);
    to.duration("header_timeout", l.header_timeout);
    to.duration("body_timeout", l.body_timeout);
    to.duration("idle_timeout", l.idle_timeout);
    to.close();
}

void print(emitter& to, const store_settings& s)
{
    to.open("store");
    to.text("path", s.path);
    to.word("durability", s.durability == durability::fsync ? "fsync" : "os");
    to.duration("retention", s.retention);
    to.duration("messages_retention", s.messages_retention);
    to.size("max_size", s.max_size);
    to.word("duplicates", s.duplicates == duplicates::suppress ? "suppress" : "mark");
    to.close();
    to.open("correlation");
    to.flag("enabled", s.correlate);
    to.word("stuck_after", s.stuck_after ? config::print_duration(*s.stuck_after) : "off");
    to.close();
}

void print(emitter& to, const file_sink_settings& s)
{
    to.word("type", "file");
    to.text("path", s.path);
    to.open("rotate");
    to.word("size", s.rotate_size ? config::print_size(*s.rotate_size) : "off");
    to.word("interval", s.rotate_interval ? config::print_duration(*s.rotate_interval) : "off");
    to.count("keep", s.rotate_keep);
    to.close();
}

void print(emitter& to, const stdout_sink_settings&)
{
    to.word("type", "stdout");
}

void print(emitter& to, const http_sink_settings& s)
{
    to.word("type", "http");
    to.text("url", s.url);
    to.word("plaintext", s.plaintext_allowed ? "allow" : "refuse");
    to.word("format", s.format == http_format::event ? "event" : "raw");
    to.secrets("secrets", s.secrets);
    if (s.headers.empty()) {
        to.word("headers", "{}");
    }
    else {
        to.open("headers");
        for (const auto& [name, value] : s.headers)
            to.secret(name, value);
        to.close();
    }
    to.open("tls");
    to.text_or("ca", s.ca, "system");
    to.text_or("certificate", s.client_certificate, "off");
    to.text_or("private_key", s.client_key, "off");
    to.close();
    to.count("concurrency", s.concurrency);
    to.open("timeouts");
    to.duration("connect", s.connect_timeout);
    to.duration("tls", s.tls_timeout);
    to.duration("first_byte", s.first_byte_timeout);
    to.duration("total", s.timeout);
    to.close();
    to.open("retry");
    to.duration("initial", s.retry_initial);
    to.duration("max", s.retry_max);
    to.duration("give_up_after", s.retry_give_up_after);
    to.close();
    to.open("breaker");
    to.count("failures", s.breaker_failures);
    to.duration("probe", s.breaker_probe);
    to.close();
}

void print(emitter& to, const nats_sink_settings& s)
{
    to.word("type", "nats");
    to.text("url", s.url);
    to.text("subject", s.subject);
    to.text_or("credentials", s.credentials, "off");
    to.text_or("ca", s.ca, "system");
    to.duration("timeout", s.timeout);
}

void print(emitter& to, const sink_settings& s)
{
    to.item();
    to.text("name", s.name);
    std::visit([&](const auto& destination) { print(to, destination); }, s.destination);
    to.open("filter");
    to.texts("types", s.filter.types);
    to.texts("endpoints", s.filter.endpoints);
    to.texts("customers", s.filter.customers);
    to.texts("campaigns", s.filter.campaigns);
    to.close();
    to.word("start", s.from_beginning ? "beginning" : "now");
    to.word("on_full", s.on_full == on_full::refuse ? "refuse" : "drop_oldest");
    to.end_item();
}

void print(emitter& to, const std::optional<admin_settings>& admin)
{
    if (!admin) {
        to.word("admin", "off");
        return;
    }
    to.open("admin");
    to.text("address", admin->address);
    if (admin->token)
        to.secret("token", *admin->token);
    else
        to.word("token", "off");
    to.close();
}

const char* level_name(log::level level)
{
    switch (level) {
        case log::level::debug: return "debug";
        case log::level::info: return "info";
        case log::level::warn: return "warn";
        case log::level::error: return "error";
    }
    return "info";
}

template <class T>
void print_list(emitter& to, std::string_view key, const std::vector<T>& all)
{
    if (all.empty()) {
        to.word(key, "[]");
        return;
    }
    to.open(key);
    for (const T& one : all)
        print(to, one);
    to.close();
}

}  // namespace

std::string print_config(const settings& s)
{
    emitter to;
    print_list(to, "listeners", s.ingress.listeners);
    to.texts("trusted_proxies", s.ingress.trusted_proxies);
    print_list(to, "endpoints", s.ingress.endpoints);
    print(to, s.ingress.limits);
    print(to, s.store);
    print_list(to, "sinks", s.sinks);
    print(to, s.admin);
    to.open("log");
    to.word("level", level_name(s.log.level));
    to.word("format", s.log.format == log::format::json ? "json" : "text");
    to.close();
    to.open("shutdown");
    to.duration("delay", s.shutdown.delay);
    to.duration("grace", s.shutdown.grace);
    to.close();
    to.count("threads", s.ingress.threads);
    return to.take();
}

}  // namespace webhookd
