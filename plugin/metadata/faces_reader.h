// SPDX-License-Identifier: LGPL-2.1-or-later
// What metadata and messages say about faces, read back into plain values.
#pragma once

#include "core/asking/face.h"
#include "core/base/frame_shape.h"

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ooto::metadata
{

/**
 * One face, as `OotoFaces` and `ooto-face` say it. The writer may be another version or another
 * program: a field of a wrong type, not finite or out of range counts as absent, and text is valid
 * UTF-8 on one line of at most 300 characters, empty where there is none.
 */
struct ReadFace {
    std::string camera;
    std::optional<std::uint64_t> trackId;
    std::string visitId;
    std::optional<core::Status> status; ///< none: nobody says, as of another detector's region
    std::string reason;
    std::string name; ///< or the label of a region's `identity`
    std::string templateId;
    std::string nearestTemplateId;
    std::optional<double> similarity; ///< -1..1
    core::Judgement liveness;         ///< scores as the service gives them, finite
    core::Judgement deepfake;
    std::optional<core::Box> box; ///< 0..1 of the visible picture, may reach beyond it; not empty
    std::optional<unsigned> attempts;

    bool operator==(const ReadFace &) const = default;
};

/** A face on a buffer. */
struct FaceOnBuffer : ReadFace {
    core::Box placePx; ///< pixels of the whole frame, may reach beyond it

    bool operator==(const FaceOnBuffer &) const = default;
};

/** All that a buffer says. */
struct FacesOnBuffer {
    bool told = false;  ///< there is an `OotoFaces`; else the faces are regions of others
    std::string camera; ///< that of the first ootoidentify; empty where nobody says
    std::vector<FaceOnBuffer> faces;
    std::string serviceState; ///< empty when the service is fine or nothing is known
    std::string serviceReason;
    std::string notice;
};

/**
 * Reads the `OotoFaces` metas; the place of a face is that of the region that its `roi-id` names,
 * where there is one, since elements move and scale regions along with the picture. Of a buffer
 * without an `OotoFaces` regions of type "face" are read. Faces out of sight and those without a
 * place are left out; at most 256 are taken.
 * @param visible what is to be seen of the buffer, in its pixels
 */
FacesOnBuffer readFaces(GstBuffer *buffer, const core::PixelRect &visible);

/** What `OotoFaces` says of the faces of a buffer, wherever they are; at most 256. */
std::vector<ReadFace> readFacts(GstBuffer *buffer);

/**
 * A number that changes when what readFacts() says of who is in view does: tracks, visits, status
 * and names. Costs about a microsecond a face. 0 for a buffer without `OotoFaces`.
 */
std::uint64_t factsDigest(GstBuffer *buffer);

/** The camera that `OotoFaces` names, or the first of its faces; else empty. */
std::string cameraOf(GstBuffer *buffer);

/** What `ooto-face` says, a message or a downstream event. Times in ns. */
struct FaceMessage {
    std::optional<core::FaceEventType> type;
    std::string eventId;
    std::optional<std::uint64_t> sequence;
    std::optional<std::uint64_t> pts;
    std::optional<std::uint64_t> runningTime;
    std::optional<std::uint64_t> streamTime;
    std::string wallClock; ///< this and the others: ISO 8601, UTC
    std::string received;
    std::string since;
    std::string askedWallClock;
    std::optional<std::uint64_t> lastSeenPts;
    std::string lastSeenWallClock;
    std::optional<unsigned> ageMs;
    bool late = false;
    ReadFace face;
    core::PhotoBytes photo; ///< of an event, where photos were asked for; null: none
    bool photoIsPng = false;
    core::PhotoBytes frame; ///< the whole frame of that moment, likewise
    bool frameIsPng = false;
};

/** Nothing when the structure is null or has another name. */
std::optional<FaceMessage> readFaceMessage(const GstStructure *message);

/** What `ooto-service` says, a message or a downstream event. */
struct ServiceMessage {
    std::string state; ///< `ok`, `degraded`, …
    std::string reason;
    std::string camera;
    std::string since; ///< ISO 8601, UTC
    /** Requests of all who share the day's budget, and what is left of it: of events only. */
    std::optional<std::uint64_t> callsToday;
    std::optional<std::uint64_t> budgetLeft;
};

/** Nothing when the structure is null or has another name. */
std::optional<ServiceMessage> readServiceMessage(const GstStructure *message);

/** What `ooto-camera` says. */
struct CameraMessage {
    std::string camera;
    std::string state; ///< `live`, `stalled`, `ended`, `off`
};

/** Nothing when the structure is null or has another name. */
std::optional<CameraMessage> readCameraMessage(const GstStructure *message);

} // namespace ooto::metadata
