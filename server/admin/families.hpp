#pragma once

#include "base/histogram.hpp"

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Making Prometheus' families out of plain numbers.
namespace webhookd::families {

using all = std::vector<prometheus::MetricFamily>;
using labels = std::initializer_list<std::pair<const char*, std::string_view>>;

prometheus::MetricFamily& counter(all& out, const char* name, const char* help);
prometheus::MetricFamily& gauge(all& out, const char* name, const char* help);

/// Adds a value to a counter or gauge.
void add(prometheus::MetricFamily& to, double value, labels with = {});

inline void add(prometheus::MetricFamily& to, std::uint64_t value, labels with = {})
{
    add(to, static_cast<double>(value), with);
}

void histogram(all& out, const char* name, const char* help, const histogram_snapshot& values);

}  // namespace webhookd::families
