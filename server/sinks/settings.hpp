#pragma once

#include "base/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace webhookd {

/// Which events a sink gets; an empty list means all. Globs: `*` any text, `?` one character.
struct sink_filter {
    std::vector<std::string> types;
    std::vector<std::string> endpoints;  ///< Paths.
    std::vector<std::string> customers;
    std::vector<std::string> campaigns;
};

/// `type: file`
struct file_sink_settings {
    std::string path;
    std::optional<std::uint64_t> rotate_size;  ///< Bytes.
    std::optional<std::chrono::seconds> rotate_interval;
    std::uint32_t rotate_keep = 8;  ///< Rotated files besides the live one.
};

/// `type: stdout`
struct stdout_sink_settings {};

enum class http_format : std::uint8_t { event, raw };

/// `type: http`
struct http_sink_settings {
    std::string url;
    bool plaintext_allowed = false;  ///< `plaintext: allow`: http:// to other than loopback.
    http_format format = http_format::event;
    std::vector<named_secret> secrets;  ///< Standard Webhooks `whsec_…`; empty: unsigned.
    std::vector<std::pair<std::string, secret_value>> headers;
    std::optional<std::string> ca;                  ///< PEM file; none: the system's.
    std::optional<std::string> client_certificate;  ///< PEM file, with `client_key`.
    std::optional<std::string> client_key;
    std::uint32_t concurrency = 8;  ///< Partition keys at once; also the pool's size.
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds tls_timeout{5'000};
    std::chrono::milliseconds first_byte_timeout{10'000};
    std::chrono::milliseconds timeout{30'000};  ///< The whole attempt.
    std::chrono::milliseconds retry_initial{1'000};
    std::chrono::milliseconds retry_max{300'000};
    std::chrono::seconds retry_give_up_after{72 * 3600};
    std::uint32_t breaker_failures = 10;              ///< In a row, until the sink pauses.
    std::chrono::milliseconds breaker_probe{30'000};  ///< Between probes while it pauses.
};

/// `type: nats`: NATS JetStream.
struct nats_sink_settings {
    std::string url;  ///< `nats://host:4222` or `tls://…`.
    std::string subject = "connectly.{topic}.{status}";
    std::optional<std::string> credentials;  ///< A NATS .creds file.
    std::optional<std::string> ca;
    std::chrono::milliseconds timeout{10'000};  ///< Publish to PubAck.
};

enum class on_full : std::uint8_t { refuse, drop_oldest };

/// One of `sinks:`.
struct sink_settings {
    std::string name;  ///< Letters, digits, `-`, `_`; unique.
    sink_filter filter;
    bool from_beginning =
        false;  ///< `start: beginning`: a new sink starts at the oldest event held.
    webhookd::on_full on_full = on_full::refuse;
    std::variant<file_sink_settings, stdout_sink_settings, http_sink_settings, nats_sink_settings>
        destination;
};

}  // namespace webhookd
