// SPDX-License-Identifier: LGPL-2.1-or-later
// What is known of one face in view, and what is told about it.
#pragma once

#include "core/base/box.h"
#include "core/base/frame_times.h"
#include "core/tracking/track_ids.h"
#include "core/traffic/answer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ooto::core
{

enum class Status {
    Pending,     ///< an answer can still come
    Identified,  ///< answered with a match at or above the threshold
    Unknown,     ///< answered without one
    Spoof,       ///< liveness or deepfake was judged not fine
    Unavailable, ///< as many answers as are allowed came, and none was usable
};

/** "pending", "identified", "unknown", "spoof", "unavailable". */
std::string_view statusName(Status status);
/** The status of that name; none for any other text. */
std::optional<Status> statusNamed(std::string_view name);

/** Why a face has no answer (yet), and what its track waits for. */
enum class Reason {
    None,
    TooSmall,     ///< too few pixels for a photo, or for the service
    Blurred,      ///< by motion, or out of focus
    BadlyLit,     ///< too dark or burnt out
    TurnedAway,   ///< not looking towards the camera
    Edge,         ///< cut off by the frame's edge
    Crowded,      ///< a neighbour's face is in the way
    Waiting,      ///< a request is under way, or a better shot may come
    Busy,         ///< `max-in-flight` requests are under way, or the day's count is in use
    Rate,         ///< `max-rate` does not allow it yet
    Budget,       ///< the day's requests are spent
    Service,      ///< the service or the network is in trouble
    Unauthorized, ///< the service refuses the credentials
    DryRun,       ///< nothing is sent
    Refused,      ///< the service could do nothing with the photos
    Doubt,        ///< may be another person than before: asked again, unless it is proven
    Double,       ///< another face in view is more like the same template
    OtherFace,    ///< the service answered about another face on the photo
    NoLiveness,   ///< liveness or deepfake was asked for, and no verdict came
    Forgotten,    ///< somebody wants this person not to be known: nothing is asked any more
};

/** "too-small", "blurred", "badly-lit", "turned-away", …; empty for None. */
std::string_view reasonName(Reason reason);

/** What the service said when it refused a photo. */
struct PhotoRefusal {
    int code = 0;     ///< the service's; 0 where it gave none
    std::string text; ///< for people

    bool operator==(const PhotoRefusal &) const = default;
};

/** Number of a visit, unique in the process: one person's stay, which may be several tracks. */
using VisitNumber = std::uint64_t;

/**
 * How good a photo of a face is. Parts and whole are 0..1, 1 is the best. The whole is what
 * `min-quality` is compared with:
 *
 *     total = size * soft(sharpness) * soft(exposure) * frontality * edge * crowding
 *     soft(x) = 1 - (1 - x)^2
 *
 * A product, so that what is hopeless in one way is hopeless: a smear (sharpness below 0.15), a
 * profile (from 59 degrees on) and a face that is cut off end below 0.3 however good the rest is.
 * A face that is perfect but for its size has 0.45 with 48 px, 0.7 with 92 px, 1 from 200 px on.
 */
struct ShotQuality {
    double total = 0;
    double size = 0;
    double sharpness = 0;  ///< as measured, see ShotMeasures
    double exposure = 0;   ///< as measured
    double frontality = 0; ///< 1 where the detector gives no landmarks to judge by
    double edge = 0;       ///< 0 where the face is cut off by the frame's edge
    double crowding = 0;   ///< less than 1 where a neighbour's face is in the crop

    bool operator==(const ShotQuality &) const = default;
};

/** A shot as good as this need not wait for a better one: a frontal, sharp face of some 100 px. */
inline constexpr double plainlyGoodShot = 0.7;

/** A face at one moment; boxes in 0..1 of the frame. */
struct FaceView {
    TrackId trackId = 0;
    std::optional<std::uint64_t> objectId; ///< the number that the element upstream follows it by
    StreamTime firstSeen{0};               ///< running time of the track's first sample
    std::chrono::system_clock::time_point since{}; ///< wall clock of the track's `new`
    VisitNumber visit = 0;
    /** What others call the visit, which began on another machine; null: it is this one's own. */
    std::shared_ptr<const std::string> visitName{};
    Box box;        ///< the tracker's, inside the frame
    Box sampledBox; ///< where the last sample saw it, maybe beyond the frame; empty if it did not
    double detectionScore = 0;
    Status status = Status::Pending;
    Reason reason = Reason::None;
    std::shared_ptr<const Answer> answer; ///< null until there is one, and while it is in doubt
    bool isMatch = false;                 ///< the answer's similarity is at the threshold or above
    std::optional<ShotQuality> shot;      ///< of a pending face, in the last sample
    std::optional<Box> serviceBox;        ///< the service's box, moved along with the track's
    std::optional<Landmarks> landmarks;   ///< 0..1 of `box`; the service's, else the detector's
    std::optional<PhotoRefusal> refusal;  ///< of the last photo, where that was refused
    unsigned attempts = 0;                ///< answers (HTTP 200 and 400) that the track got
    std::optional<FrameTimes> asked;      ///< the frame that the last answered photo is from
    std::optional<FrameTimes> answered;   ///< the frame that was current when the answer came
};

enum class FaceEventType { New, Answered, Updated, End };

/** "new", "answered", "updated", "end". */
std::string_view eventName(FaceEventType type);
/** The event of that name; none for any other text. */
std::optional<FaceEventType> eventNamed(std::string_view name);

using PhotoBytes = std::shared_ptr<const std::vector<std::uint8_t>>;

/** Something to tell people about a face. */
struct FaceEvent {
    FaceEventType type = FaceEventType::New;
    FaceView face;
    FrameTimes times;
    bool late = false;     ///< an answer that came after its track's end
    PhotoBytes photo = {}; ///< the last photo sent, where the book was told to keep it
    bool photoIsPng = false;
    PhotoBytes frame = {}; ///< with `answered`: JPEG of the frame that the photo is from, if made
    std::optional<FrameTimes> lastSeen = {}; ///< of the last look at the face, with `end`
    std::optional<std::chrono::milliseconds> photoAge =
        {};                   ///< with `answered`: from photo to answer
    std::uint64_t number = 0; ///< unique in the process
    std::optional<std::uint64_t> sequence =
        {}; ///< of its camera's events in the stream; none outside
};

} // namespace ooto::core
