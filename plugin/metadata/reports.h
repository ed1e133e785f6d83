// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told on the bus: element messages `ooto-face`, `ooto-service` and `ooto-notice`.
#pragma once

#include "core/asking/face.h"
#include "core/traffic/service_health.h"
#include "element/handles.h"
#include "metadata/face_structure.h"

namespace ooto::metadata
{

/** The structure `ooto-face`, with the same as one string in its field `json`. */
element::StructureHandle faceReport(const core::FaceEvent &event, const ReportContext &context);

/** The structure `ooto-service`: state, reason, since (ISO 8601, UTC), and json. */
element::StructureHandle serviceReport(const core::ServiceState &state, const std::string &camera);

/** The structure `ooto-notice`: something for people to know, as `text`, and json. */
element::StructureHandle noticeReport(const std::string &text, const std::string &camera);

} // namespace ooto::metadata
