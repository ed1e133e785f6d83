// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether all the faces that come are too small to be asked about, so that people can be told.
#pragma once

#include "core/base/frame_times.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ooto::core
{

/**
 * Notes the sizes of the faces in each sample that was searched. A spell begins with a face that is
 * too small and ends with one that is large enough, or when none came for ten seconds.
 * Thread-bound.
 */
class SmallFaces
{
public:
    /**
     * @param sidesPx   shorter side of each face in the sample, px of the frame
     * @param minFacePx shorter side of the smallest face worth a photo, px of the frame
     */
    void note(StreamTime time, const std::vector<double> &sidesPx, double minFacePx);
    /** What people should know now; empty without a spell of a minute. */
    const std::string &notice() const { return notice_; }
    void reset() { *this = {}; }

private:
    std::optional<StreamTime> begin_;
    StreamTime lastSeen_{0};
    unsigned samples_ = 0; ///< of the spell, with a face
    std::size_t most_ = 0; ///< faces in one sample of it
    double largestPx_ = 0;
    std::string notice_;
};

} // namespace ooto::core
