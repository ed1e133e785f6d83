// SPDX-License-Identifier: LGPL-2.1-or-later
// Compares what is shown on each frame with the truth.
#pragma once

#include "visits/truth.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ooto::visits
{

/** One face as a method shows it on a frame. */
struct ShownFace {
    std::uint64_t track = 0;
    core::Box box;        ///< px of the frame
    std::string name;     ///< empty while nobody is named
    bool unknown = false; ///< the service is said not to know the face
};

struct Score {
    std::size_t stays = 0;        ///< from coming in to going out
    std::size_t visits = 0;       ///< stays of one person within `visit-timeout` are one
    std::size_t usableVisits = 0; ///< with at least 0.4 s of usable face
    std::size_t usableStays = 0;
    std::size_t missed = 0;          ///< usable stays in which the person was never named
    std::size_t wrongFrames = 0;     ///< faces that carry another person's name, frame by frame
    std::size_t wrongCases = 0;      ///< distinct track, person and name
    std::size_t rightFrames = 0;     ///< faces that carry their own name, frame by frame
    std::size_t withheldFrames = 0;  ///< faces with a box but without the name that they had before
    std::size_t inheritedFrames = 0; ///< faces said to be unknown about whom nothing was asked yet
    std::size_t unasked = 0;         ///< people of usable visits about whom nothing was asked
    std::size_t ghostFrames = 0;     ///< boxes where there is no face, not even a hidden one
    std::size_t trueBoxes = 0;       ///< faces in all frames
    std::size_t shownBoxes = 0;      ///< of these, those with a box
    double iouSum = 0;               ///< over all true boxes; a face without a box counts as 0
    std::vector<double> answersS;    ///< of each usable stay, first usable frame to the right name

    double meanIou() const { return trueBoxes ? iouSum / double(trueBoxes) : 0; }
    double meanShownIou() const { return shownBoxes ? iouSum / double(shownBoxes) : 0; }
    void add(const Score &other);
};

class ScoreKeeper
{
public:
    ScoreKeeper(TruthBoxes boxes, double framesPerSecond)
        : boxes_(boxes), framesPerSecond_(framesPerSecond)
    {
    }

    /** @param asked whom the service was asked about before this frame came out */
    void frame(const FrameTruth &truth, const std::vector<ShownFace> &shown,
               const std::set<std::string> &asked);
    /** @param asked whom the service was asked about in all */
    Score score(const std::set<std::string> &asked) const;
    /** "track 3 says A, is B: 12 frames from 4.04 s on", for people. */
    std::vector<std::string> wrongCases() const;

private:
    struct Stay {
        std::size_t usableFrames = 0;
        double firstUsableS = -1;
        double namedS = -1;
    };

    struct WrongCase {
        std::size_t frames = 0;
        double firstS = 0;
    };

    void compareBoxes(const FrameTruth &truth, const std::vector<ShownFace> &shown);
    void compareNames(const FrameTruth &truth, const std::vector<ShownFace> &shown,
                      const std::set<std::string> &asked);
    void countNamed(const FrameTruth &truth, const ShownFace &box, const TrueFace &face,
                    double overlap, double overlapOfItsName);

    TruthBoxes boxes_;
    double framesPerSecond_;
    Score score_;
    std::map<std::pair<std::string, std::size_t>, Stay> stays_;
    std::map<std::string, WrongCase> wrong_;
};

} // namespace ooto::visits
