// SPDX-License-Identifier: LGPL-2.1-or-later
// What is counted, for the property `stats`.
#pragma once

#include "core/asking/face.h"
#include "core/base/histogram.h"
#include "core/base/recent_values.h"
#include "core/traffic/reply.h"
#include "element/handles.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

namespace ooto::identify
{

/** Seconds: of a request that is answered in Europe, and of one that the deadline ends. */
inline constexpr std::array roundTripBounds{0.05, 0.1, 0.2, 0.3, 0.5,  0.75, 1.0,
                                            1.5,  2.0, 3.0, 5.0, 10.0, 30.0};
/** Seconds: a frame that is only passed on takes microseconds; from 0.01 on the video suffers. */
inline constexpr std::array streamingBounds{0.00001, 0.000025, 0.00005, 0.0001, 0.00025,
                                            0.0005,  0.001,    0.0025,  0.005,  0.01,
                                            0.025,   0.05,     0.1,     1.0};

/** Counters of one run of one element, from READY to READY. Not thread-safe. */
struct Statistics {
    std::uint64_t frames = 0;
    std::uint64_t samples = 0;        ///< frames that were due to be looked at
    std::uint64_t samplesSkipped = 0; ///< of these, those that found the analysis busy
    std::uint64_t detections = 0;
    std::uint64_t detectionsTooSmall = 0; ///< not among `detections`: too small to be tracked
    std::uint64_t analysesFailed = 0;     ///< samples whose analysis an exception ended
    std::uint64_t samplesStill =
        0; ///< not searched for faces, since nothing moved and nobody was there
    std::uint64_t tracks = 0;
    std::uint64_t visits = 0;
    std::uint64_t requests = 0;      ///< each time that a photo was handed to the network
    std::uint64_t retries = 0;       ///< of these, photos that could not be delivered before
    std::uint64_t requestsToday = 0; ///< of all elements and processes that share the budget
    std::optional<std::uint64_t> budgetLeft; ///< none without a limit
    unsigned inFlight = 0;
    std::uint64_t answers = 0; ///< HTTP 200 with a result
    std::uint64_t matches = 0;
    std::uint64_t unknown = 0;
    std::uint64_t spoof = 0;
    std::map<core::Outcome, std::uint64_t> errors;    ///< every other way a request ended
    std::map<core::Reason, std::uint64_t> unanswered; ///< tracks that ended without, by reason
    std::uint64_t bytesSent = 0;
    core::RecentValues<> roundTripMs;
    core::RecentValues<> streamingUs;            ///< our time in the streaming thread, per frame
    core::RecentValues<> analysisMs;             ///< from a sample's copy to its last photo
    core::RecentValues<> waitMs;                 ///< from a sample's frame to its analysis
    core::Histogram roundTrips{roundTripBounds}; ///< of all, s
    core::Histogram streaming{streamingBounds};  ///< of all frames, s

    /** Our time in the streaming thread for one frame. */
    void countFrameTime(std::chrono::duration<double> took);
    /** How old a sample was when its analysis began. */
    void countWait(std::chrono::duration<double, std::milli> waited) { waitMs.add(waited.count()); }
    void countReply(const core::Reply &reply);
    /** A request in flight was lost with its connection, and goes once more at once. */
    void countRestart();
    /** What is in flight was given up, and no reply will come. */
    void countCancelled();
    void countVerdict(core::Status status);
    void countEnd(const core::FaceView &face);
    element::StructureHandle toStructure() const;
};

} // namespace ooto::identify
