#pragma once

#include "config/reader.hpp"

/// One reader a section of the config, each the whole list of the section's keys.
namespace webhookd::config {

void read_listeners(section& root, ingress_settings& out);
void read_trusted_proxies(section& root, ingress_settings& out);
void read_endpoints(section& root, std::vector<endpoint_settings>& out);
void read_limits(section& s, limit_settings& out);
void read_store(section& s, store_settings& out);
void read_correlation(section& s, store_settings& out);
void read_sinks(section& root, settings& all);
void read_admin(section& root, std::optional<admin_settings>& out);
void read_log(section& s, log_settings& out);
void read_shutdown(section& s, shutdown_settings& out);

/// Reads what is particular to a type of sink; `s` is the sink's map.
void read_http_sink(section& s, http_sink_settings& out);
void read_nats_sink(section& s, nats_sink_settings& out);

}  // namespace webhookd::config
