// SPDX-License-Identifier: LGPL-2.1-or-later
// All metrics, in Prometheus's text format. No name of a person is in them.
#pragma once

#include "core/asking/face.h"
#include "core/base/guarded.h"
#include "core/base/histogram.h"
#include "core/traffic/answer.h"
#include "report/snapshot.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace ooto::watch
{

/** Seconds from a frame's arrival to the answer about it: a person at a door waits three. */
inline constexpr std::array answerAgeBounds{0.25, 0.5,  1.0,  2.0,   3.0,   5.0,
                                            10.0, 30.0, 60.0, 300.0, 900.0, 3600.0};

/** Thread-safe. */
class Metrics
{
public:
    /** An `ooto-face` of type `answered`. @param age its `age-ms` */
    void observeAnswer(const std::string &camera, core::Status status,
                       std::optional<std::chrono::milliseconds> age);
    /** The same for a message as it comes; all others are passed over. */
    void observeMessage(const std::string &camera, const GstStructure *message);

    /**
     * What was observed of cameras that are no longer in the snapshot is forgotten.
     * @param logLinesDropped Log::dropped()
     */
    std::string text(const Snapshot &snapshot, std::uint64_t logLinesDropped);

private:
    struct Answers {
        std::map<core::Status, std::uint64_t> byStatus;
        core::Histogram age{answerAgeBounds};
    };
    using AnswersByCamera = std::map<std::string, Answers>;
    AnswersByCamera answersOf(const Snapshot &snapshot);

    core::Guarded<AnswersByCamera> answers_;
};

} // namespace ooto::watch
