// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/shot_quality.h"
#include <algorithm>
namespace ooto::core
{
ShotQuality judgeShot(const Observation &face, const std::vector<Observation> &, const FrameShape &frame, const ShotMeasures &measures, double, double)
{
    ShotQuality q;
    const double px = scaled(face.box, frame.width, frame.height).shorterSide();
    q.size = std::clamp(px / 180, 0.0, 1.0);
    q.sharpness = measures.sharpness; q.exposure = measures.exposure; q.frontality = 1;
    q.edge = touchesEdge(face.box, frame) ? 0 : 1; q.crowding = 1;
    q.total = q.edge * std::min(1.0, 0.3 + q.size * 0.7) * std::min(q.sharpness, q.exposure);
    return q;
}
Reason worstPart(const ShotQuality &q) { return q.edge < 0.3 ? Reason::Edge : q.sharpness < 0.3 ? Reason::Blurred : q.exposure < 0.3 ? Reason::BadlyLit : Reason::TooSmall; }
}
