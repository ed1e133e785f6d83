// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told on the bus and downstream: `ooto-face`, `ooto-service` and `ooto-notice`.
#pragma once

#include "core/asking/face.h"
#include "core/traffic/service_health.h"
#include "element/handles.h"
#include "metadata/face_structure.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ooto::metadata
{

/** Which of the event's photos go along with its report, and how. Never in its `json`. */
enum class Attached {
    Nothing,
    Sample,          ///< the photo as a GstSample: for messages, which applications read
    Picture,         ///< the photo as pictureType(): for events, which are logged on their way
    PictureAndFrame, ///< likewise, with the whole frame
};

/** The structure `ooto-face`, with the same as one string in its field `json`. */
element::StructureHandle faceReport(const core::FaceEvent &event, const ReportContext &context,
                                    Attached attached = Attached::Nothing);

/** Requests of all who share the day's budget. */
struct CallCount {
    std::uint64_t today = 0;
    std::optional<std::uint64_t> left; ///< none without a limit

    bool operator==(const CallCount &) const = default;
};

/**
 * The structure `ooto-service`: state, reason, since (ISO 8601, UTC), and json.
 * @param calls of an event; messages tell changes of the state only
 */
element::StructureHandle serviceReport(const core::ServiceState &state, const std::string &camera,
                                       const std::optional<CallCount> &calls = std::nullopt);

/** The structure `ooto-notice`: something for people to know, as `text`, and json. */
element::StructureHandle noticeReport(const std::string &text, const std::string &camera);

} // namespace ooto::metadata
