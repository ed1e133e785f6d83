// SPDX-License-Identifier: LGPL-2.1-or-later
// What others do: detect once a second, post every face, hold the boxes until the next time.
#pragma once

#include "visits/score.h"
#include "visits/service.h"

#include <set>
#include <vector>

namespace ooto::visits
{

/**
 * A face goes on with the name of the nearest box of a second ago, up to one and a half of its
 * width away, until its own answer comes. It asks the oracle itself, without HTTP; an answer counts
 * the service's delay of stream time later.
 */
class PlainSampler
{
public:
    PlainSampler(Oracle &oracle, double delayS) : oracle_(oracle), delayS_(delayS) {}

    std::vector<ShownFace> push(const cv::Mat &frame, const FrameTruth &truth);
    std::size_t calls() const { return calls_; }
    const std::set<std::string> &asked() const { return asked_; }

private:
    struct Held {
        ShownFace shown;
        std::string answer; ///< empty: refused, or no match
        double answerS = 0; ///< when it comes
    };

    void sample(const cv::Mat &frame, const FrameTruth &truth);
    const Held *nearest(const core::Box &box) const;
    std::string ask(const cv::Mat &frame, const core::Box &box);

    Oracle &oracle_;
    double delayS_;
    double nextS_ = 0;
    std::size_t calls_ = 0;
    std::uint64_t lastTrack_ = 0;
    std::vector<Held> held_;
    std::set<std::string> asked_;
};

} // namespace ooto::visits
