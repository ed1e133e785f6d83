// SPDX-License-Identifier: LGPL-2.1-or-later
// Real people out of a folder of clips, put one after the other at one place.
#pragma once

#include "vision/detector.h"
#include "visits/pictures.h"

#include <memory>
#include <string>
#include <vector>

namespace ooto::visits
{

/** One person of a clip, on consecutive frames. */
struct ClipPerson {
    std::string name;             ///< the clip's name and a number
    std::vector<cv::Mat> frames;  ///< CV_8UC3, BGR, with the faces of others painted over
    std::vector<core::Box> boxes; ///< of the face, px, one for each frame
    double framesPerSecond = 0;
};

/**
 * People whose face is found for a second at least: of each clip those who are in view together,
 * since who comes later may be the same person.
 *
 * @param error set to a text for people when nobody is found
 */
std::vector<ClipPerson> findPeople(const std::string &folder, vision::Detector &detector,
                                   std::string &error);

/** How the one is followed by the other. */
struct Splice {
    std::string name;
    double gapS = 0;             ///< in between, without a face
    double framesPerSecond = 12; ///< at most as many as the clips have
    double shownS = 4;           ///< each of them
    bool grey = false;
    bool black = false; ///< the gap is black; else the last frame with the face painted over
};

/** All that is tried with each pair. */
std::vector<Splice> splices();

/** @param first, second borrowed for life; the second one's first face lies where the first one's
 * last one was, and is as large */
std::unique_ptr<Pictures> openSplice(const ClipPerson &first, const ClipPerson &second,
                                     const Splice &splice);

} // namespace ooto::visits
