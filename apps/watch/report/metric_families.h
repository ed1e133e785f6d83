// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts metrics together for prometheus-cpp, which writes them.
#pragma once

#include "metadata/histogram_structure.h"

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace ooto::watch
{

/** A name of ours and a value that may be of others. */
using MetricLabel = std::pair<const char *, std::string>;
using MetricLabels = std::initializer_list<MetricLabel>;

/** One metric and its values. */
class Family
{
public:
    Family(prometheus::MetricType type, const char *name, const char *help);

    /** Of a counter or gauge. */
    void add(double value, MetricLabels labels = {});
    void add(const metadata::HistogramReading &histogram, MetricLabels labels = {});
    const prometheus::MetricFamily &content() const { return family_; }

private:
    prometheus::ClientMetric &addMetric(MetricLabels labels);

    prometheus::MetricFamily family_;
};

inline Family counter(const char *name, const char *help)
{
    return Family(prometheus::MetricType::Counter, name, help);
}
inline Family gauge(const char *name, const char *help)
{
    return Family(prometheus::MetricType::Gauge, name, help);
}
inline Family histogram(const char *name, const char *help)
{
    return Family(prometheus::MetricType::Histogram, name, help);
}

/** Several metrics in the order in which they are written. */
class Families
{
public:
    /** One without values is left out. */
    void take(const Family &family);
    /** In Prometheus's text format. */
    std::string text() const;

private:
    std::vector<prometheus::MetricFamily> families_;
};

} // namespace ooto::watch
