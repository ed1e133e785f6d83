// SPDX-License-Identifier: LGPL-2.1-or-later
// Each public name of what travels, once: docs/metadata.md and docs/json.md say what they mean.
#pragma once

namespace ooto::metadata
{

/** The custom meta's name, and that of its structure. */
inline constexpr const char *facesMetaName = "OotoFaces";
/** Structures of element messages; those of faces and of the service are downstream events', too.
 */
inline constexpr const char *faceMessageName = "ooto-face";
inline constexpr const char *serviceMessageName = "ooto-service";
inline constexpr const char *noticeMessageName = "ooto-notice";
inline constexpr const char *publishMessageName = "ooto-publish";
/** A runner's word on one of its cameras; a downstream event, too. */
inline constexpr const char *cameraMessageName = "ooto-camera";
/** Structures of events that only travel: upstream, and both ways. */
inline constexpr const char *wantPhotosName = "ooto-want-photos";
inline constexpr const char *forgetName = "ooto-forget";
/** The type of a face's region and detection, and the name of its structure in `OotoFaces`. */
inline constexpr const char *faceType = "face";

/** Fields of our own structures. */
namespace field
{

// Of `OotoFaces`.
inline constexpr const char *faces = "faces";
inline constexpr const char *serviceState = "service-state";
inline constexpr const char *serviceReason = "service-reason";
inline constexpr const char *notice = "notice";

// Of each face, in `OotoFaces` and in `ooto-face`. `camera` is of `OotoFaces` itself, too; it and
// `reason` are of messages, too.
inline constexpr const char *camera = "camera";
inline constexpr const char *trackId = "track-id";
inline constexpr const char *roiId = "roi-id";
inline constexpr const char *visitId = "visit-id";
inline constexpr const char *visitContinued = "visit-continued";
inline constexpr const char *status = "status";
inline constexpr const char *reason = "reason";
inline constexpr const char *frameWidth = "frame-width";
inline constexpr const char *frameHeight = "frame-height";
inline constexpr const char *box = "box";
inline constexpr const char *detectionScore = "detection-score";
inline constexpr const char *attempts = "attempts";
inline constexpr const char *errorCode = "error-code";
inline constexpr const char *errorInfo = "error-info";
inline constexpr const char *serviceBox = "service-box";
inline constexpr const char *landmarks = "landmarks";
inline constexpr const char *askedPts = "asked-pts";
inline constexpr const char *answeredPts = "answered-pts";
inline constexpr const char *name = "name";
inline constexpr const char *templateId = "template-id";
inline constexpr const char *nearestTemplateId = "nearest-template-id";
inline constexpr const char *similarity = "similarity";
inline constexpr const char *livenessScore = "liveness-score";
inline constexpr const char *livenessFine = "liveness-fine";
inline constexpr const char *deepfakeScore = "deepfake-score";
inline constexpr const char *deepfakeFine = "deepfake-fine";
inline constexpr const char *gender = "gender";
inline constexpr const char *race = "race";
inline constexpr const char *age = "age";
inline constexpr const char *transactionId = "transaction-id";
inline constexpr const char *pitch = "pitch";
inline constexpr const char *yaw = "yaw";
inline constexpr const char *roll = "roll";
/** A structure of that name: core::qualityNames, and the same with this ending for the verdicts. */
inline constexpr const char *quality = "quality";
inline constexpr const char *fineEnding = "-fine";
/** A structure of that name, with the fields that follow. */
inline constexpr const char *shot = "shot";
inline constexpr const char *shotTotal = "total";
inline constexpr const char *shotSize = "size";
inline constexpr const char *shotSharpness = "sharpness";
inline constexpr const char *shotExposure = "exposure";
inline constexpr const char *shotFrontality = "frontality";
inline constexpr const char *shotEdge = "edge";
inline constexpr const char *shotCrowding = "crowding";

// Of `ooto-face` only. `since` and `json` are of other messages, too.
inline constexpr const char *type = "type";
inline constexpr const char *eventId = "event-id";
inline constexpr const char *sequence = "sequence";
inline constexpr const char *pts = "pts";
inline constexpr const char *runningTime = "running-time";
inline constexpr const char *streamTime = "stream-time";
inline constexpr const char *wallClock = "wall-clock";
inline constexpr const char *received = "received";
inline constexpr const char *since = "since";
inline constexpr const char *askedWallClock = "asked-wall-clock";
inline constexpr const char *lastSeenPts = "last-seen-pts";
inline constexpr const char *lastSeenWallClock = "last-seen-wall-clock";
inline constexpr const char *ageMs = "age-ms";
inline constexpr const char *late = "late";
inline constexpr const char *photo = "photo";
inline constexpr const char *frame = "frame";
inline constexpr const char *json = "json";

// Of an event's JSON once it was published.
inline constexpr const char *photoUri = "photo-uri";
inline constexpr const char *frameUri = "frame-uri";
inline constexpr const char *delayedMs = "delayed-ms";

// Of `ooto-service` and of `ooto-notice`.
inline constexpr const char *state = "state";
inline constexpr const char *text = "text";
inline constexpr const char *callsToday = "calls-today";
inline constexpr const char *budgetLeft = "budget-left";

// Of `ooto-want-photos`. `ooto-forget` has `template-id` and `visit-id`.
inline constexpr const char *photos = "photos";
inline constexpr const char *frames = "frames";
inline constexpr const char *asker = "asker";

// Of `ooto-publish`, beside `state`, `since`, `reason` and `json`.
inline constexpr const char *uri = "uri";
inline constexpr const char *queued = "queued";

} // namespace field

/** A region's params and their fields, as DL Streamer names them. */
namespace param
{

inline constexpr const char *detection = "detection";
inline constexpr const char *xMin = "x_min";
inline constexpr const char *xMax = "x_max";
inline constexpr const char *yMin = "y_min";
inline constexpr const char *yMax = "y_max";

inline constexpr const char *objectId = "object_id";
inline constexpr const char *id = "id";

// Classifications.
inline constexpr const char *identity = "identity";
inline constexpr const char *liveness = "liveness";
inline constexpr const char *deepfake = "deepfake";
inline constexpr const char *label = "label";
inline constexpr const char *labelId = "label_id";
inline constexpr const char *confidence = "confidence";
inline constexpr const char *modelName = "model_name";
inline constexpr const char *attributeName = "attribute_name";
inline constexpr const char *kind = "type";

} // namespace param

} // namespace ooto::metadata
