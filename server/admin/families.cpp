#include "admin/families.hpp"

#include <limits>

namespace webhookd::families {

namespace {

prometheus::MetricFamily& family(
    all& out, const char* name, const char* help, prometheus::MetricType type
)
{
    prometheus::MetricFamily f;
    f.name = name;
    f.help = help;
    f.type = type;
    out.push_back(std::move(f));
    return out.back();
}

}  // namespace

prometheus::MetricFamily& counter(all& out, const char* name, const char* help)
{
    return family(out, name, help, prometheus::MetricType::Counter);
}

prometheus::MetricFamily& gauge(all& out, const char* name, const char* help)
{
    return family(out, name, help, prometheus::MetricType::Gauge);
}

void add(prometheus::MetricFamily& to, double value, labels with)
{
    prometheus::ClientMetric m;
    for (const auto& [name, text] : with) {
        prometheus::ClientMetric::Label label;
        label.name = name;
        label.value = text;
        m.label.push_back(std::move(label));
    }
    m.counter.value = value;
    m.gauge.value = value;
    to.metric.push_back(std::move(m));
}

void histogram(all& out, const char* name, const char* help, const histogram_snapshot& values)
{
    prometheus::ClientMetric m;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < values.counts.size(); ++i) {
        sum += values.counts[i];
        prometheus::ClientMetric::Bucket bucket;
        bucket.cumulative_count = sum;
        bucket.upper_bound =
            i < values.bounds.size() ? values.bounds[i] : std::numeric_limits<double>::infinity();
        m.histogram.bucket.push_back(bucket);
    }
    m.histogram.sample_count = sum;
    m.histogram.sample_sum = values.sum;
    family(out, name, help, prometheus::MetricType::Histogram).metric.push_back(std::move(m));
}

}  // namespace webhookd::families
