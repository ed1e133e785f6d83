// SPDX-License-Identifier: LGPL-2.1-or-later
// Stands in for analytics.cpp where there is no GstAnalytics.
#include "metadata/analytics.h"

namespace ooto::metadata
{

std::vector<AnalyticsObject> analyticsObjects(GstBuffer *, const std::string &)
{
    return {};
}

void addAnalytics(GstBuffer *, const core::FaceView &, const ReportContext &,
                  const GstVideoRectangle &, const std::optional<AnalyticsObject> &)
{
}

} // namespace ooto::metadata
