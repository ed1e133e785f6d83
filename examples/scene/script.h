// SPDX-License-Identifier: LGPL-2.1-or-later
// What happens in a synthetic scene, as plain data: who, from which photograph, where and when.
#pragma once

#include <opencv2/core/types.hpp>

#include <string>
#include <vector>

namespace ooto::scene
{

/** A photograph of one person, and where that person is in it. All places are photo pixels. */
struct Portrait {
    std::string name;
    std::string file;
    cv::Rect2d facePx; ///< brow to chin, as face detectors put their boxes
    /** Round head and shoulders, a few pixels off at most; closed along the photo's `cutRowPx`. */
    std::vector<cv::Point> outlinePx;
    int cutRowPx = 0; ///< the body is cut off here and prolonged downwards
};

/** Where a face is at one time. Lengths are shares of the frame, so that any frame size works. */
struct Keyframe {
    double timeS = 0;
    double x = 0;          ///< centre of the face, share of the frame's width; may lie outside
    double y = 0;          ///< centre of the face, share of the frame's height
    double faceHeight = 0; ///< share of the frame's height
};

/** One stay in the scene, in order of time: there from its first keyframe to its last. */
using Visit = std::vector<Keyframe>;

struct Role {
    Portrait portrait;
    std::vector<Visit> visits;
};

struct Script {
    double durationS = 0;
    std::string windowPhoto; ///< what the backdrop's windows look out on; may be missing
    std::vector<Role> roles;
};

/** Two portraits that Debian packages bring: facedetect and python3-skimage. */
Portrait graceHopper();
Portrait eileenCollins();

/**
 * Twenty seconds in which both of them enter, move, change size, cross the picture and each other,
 * leave, and come back.
 */
Script demoScript();

} // namespace ooto::scene
