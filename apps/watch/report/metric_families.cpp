// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/metric_families.h"

#include "system/text_encoding.h"

#include <prometheus/text_serializer.h>

#include <limits>

namespace ooto::watch
{

Family::Family(prometheus::MetricType type, const char *name, const char *help)
{
    family_.type = type;
    family_.name = name;
    family_.help = help;
}

prometheus::ClientMetric &Family::addMetric(MetricLabels labels)
{
    prometheus::ClientMetric &metric = family_.metric.emplace_back();
    // The serializer escapes quotes, backslashes and line breaks; Prometheus refuses a page that is
    // no UTF-8.
    for (const auto &[name, value] : labels)
        metric.label.push_back({name, system::validUtf8(value)});
    return metric;
}

void Family::add(double value, MetricLabels labels)
{
    prometheus::ClientMetric &metric = addMetric(labels);
    if (family_.type == prometheus::MetricType::Counter)
        metric.counter.value = value;
    else
        metric.gauge.value = value;
}

void Family::add(const metadata::HistogramReading &histogram, MetricLabels labels)
{
    prometheus::ClientMetric::Histogram &written = addMetric(labels).histogram;
    written.sample_count = histogram.count;
    written.sample_sum = histogram.sum;
    for (const auto &bucket : histogram.buckets)
        written.bucket.push_back({.cumulative_count = bucket.count, .upper_bound = bucket.bound});
    written.bucket.push_back({.cumulative_count = histogram.count,
                              .upper_bound = std::numeric_limits<double>::infinity()});
}

void Families::take(const Family &family)
{
    if (!family.content().metric.empty())
        families_.push_back(family.content());
}

std::string Families::text() const
{
    return prometheus::TextSerializer().prometheus::Serializer::Serialize(families_);
}

} // namespace ooto::watch
