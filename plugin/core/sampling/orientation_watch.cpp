// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/sampling/orientation_watch.h"

namespace ooto::core
{

namespace
{

/** A slow stream shows no more than one picture in the time. */
constexpr unsigned fewestSamples = 5;
/** Once or twice a detector finds a face in anything. */
constexpr unsigned enoughFaces = 3;

} // namespace

void OrientationWatch::noteTag(bool turned)
{
    if (turned && !turned_)
        since_.reset();
    turned_ = turned;
}

bool OrientationWatch::noteSample(StreamTime now, bool anyFace)
{
    if (anyFace) {
        ++withFace_;
        since_.reset();
    }
    if (told_ || !turned_ || anyFace || withFace_ >= enoughFaces)
        return false;
    if (!since_) {
        since_ = now;
        samples_ = 0;
    }
    ++samples_;
    told_ = now - *since_ >= patience && samples_ >= fewestSamples;
    return told_;
}

} // namespace ooto::core
