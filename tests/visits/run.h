// SPDX-License-Identifier: LGPL-2.1-or-later
// One scene or clip, both methods over the same pictures.
#pragma once

#include "core/tracking/appearance.h"
#include "visits/pictures.h"
#include "visits/plain.h"
#include "visits/player.h"
#include "visits/report.h"

#include <deque>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace ooto::visits
{

struct RunSettings {
    std::string detector;
    Pace pace = Pace::Stepped;
    double delayS = 0; ///< of the service
    TruthBoxes boxes = TruthBoxes::Detector;
    std::string sheetFolder;               ///< empty: no pictures to look at
    double lengthS = 0;                    ///< of the pictures, for the sheet
    int minFacePx = 48;                    ///< the element's `min-face-size`
    std::vector<scene::Span> outages = {}; ///< of the service
    bool quiet = false;                    ///< prints nothing, and asks for the element only
};

struct Rows {
    Row ours;
    Row plain;
};

class Run
{
public:
    /** @param pictures, oracle borrowed for life */
    Run(const RunSettings &settings, Pictures &pictures, std::unique_ptr<vision::Detector> detector,
        Oracle &oracle);

    /** Plays all of it and prints its rows. */
    Rows play(const std::string &name, bool details);
    /** Of the element: who was named wrongly, and when. */
    std::vector<std::string> wrongCases() const { return ours_.wrongCases(); }

private:
    struct Looks {
        std::vector<core::Appearance> all;
        double nextS = 0;
    };
    struct Prepared {
        bool there = false;
        cv::Mat frame;
        FrameTruth truth;
    };

    std::future<Prepared> prepare();
    void step(const cv::Mat &frame, const FrameTruth &truth);
    void take(const std::vector<Player::Out> &outs);
    void watchScene(const FrameTruth &truth);
    void watchAlike(const cv::Mat &frame, const FrameTruth &truth);
    std::set<std::string> askedAbout();
    void printAlike() const;
    void fill(const std::string &name);
    void print(bool details);

    RunSettings settings_;
    Pictures &pictures_;
    Oracle &oracle_;
    TruthKeeper truth_;
    Player player_;
    PlainSampler plain_;
    ScoreKeeper ours_;
    ScoreKeeper theirs_;
    Sheet sheet_;
    std::deque<FrameTruth> waiting_;       ///< of frames that did not come out yet
    std::map<std::string, double> foundS_; ///< when each person was last found by the detector
    double longestGapS_ = 0;               ///< in which somebody was not
    std::size_t foundTurned_ = 0;          ///< backs of heads that the detector took for faces
    std::map<std::string, Looks> looks_;   ///< of each person
    Rows rows_;
};

} // namespace ooto::visits
