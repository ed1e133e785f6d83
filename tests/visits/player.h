// SPDX-License-Identifier: LGPL-2.1-or-later
// Pushes pictures through a real ootoidentify and gives back what it attached to them.
#pragma once

#include "support/identify_support.h"
#include "visits/score.h"
#include "visits/service.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ooto::visits
{

enum class Pace {
    /** As a live stream on a machine that is fast enough: the next frame comes when the analysis
     * of the last one is done, and answers come when the stream is where they are due. */
    Stepped,
    Backpressure, ///< the element makes us wait; the service's delay is real
    RealTime,     ///< at the speed of the stream
};

struct PlayerSettings {
    std::string detector = "auto";
    Pace pace = Pace::Stepped;
    double delayS = 0.3; ///< of the service
    cv::Size framePx;
    double framesPerSecond = 25;
    int minFacePx = 48;
    std::vector<scene::Span> outages = {}; ///< of the service
};

/** True when the element of this build has the property. */
bool hasProperty(const char *name);

class Player
{
public:
    Player(const PlayerSettings &settings, Oracle &oracle);
    ~Player();

    struct Out {
        GstClockTime pts = 0;
        std::vector<ShownFace> faces;
    };
    /** @return frames that came out, maybe not this one yet; pts in whole ns of `timeS` */
    std::vector<Out> push(const cv::Mat &frame, double timeS);
    /** EOS. @return what still came out */
    std::vector<Out> finish();

    static GstClockTime ptsOf(double timeS);
    Asked asked() { return service_.asked(); }
    std::uint64_t stat(const char *name) const;
    /** Visits by the element's own count: `stats`, or distinct ids in its messages without it. */
    std::size_t visits();
    /** Of the tracks that ended without an answer: why, and how many. */
    std::map<std::string, std::size_t> reasons();
    std::vector<std::string> complaints() { return identify_->complaints(); }

private:
    std::string properties() const;
    void settle();
    void waitForAnalysis(const test::StructurePtr &before) const;
    std::vector<Out> take();
    test::StructurePtr statistics() const;

    PlayerSettings settings_;
    OracleService service_;
    std::string folder_;
    std::unique_ptr<test::Identify> identify_;
    std::chrono::steady_clock::time_point started_;
};

} // namespace ooto::visits
