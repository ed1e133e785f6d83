// SPDX-License-Identifier: LGPL-2.1-or-later
// Events to try a template with before there are any.
#pragma once

#include "core/asking/face.h"
#include "publish/template_fields.h"

#include <string>

namespace ooto::publish
{

/** What a sample is of. */
struct SampleKind {
    core::FaceEventType type = core::FaceEventType::New;
    core::Status status = core::Status::Pending;
    bool full = false; ///< all that such an event can have, else what it always has
};

TemplateFacts sampleFacts(const SampleKind &kind);

/**
 * Whether an event can have it: `label`, `quality.blur`, `blur` (inside of a section `quality`),
 * `label|32`, `.`.
 */
bool isTemplateField(const std::string &name);

} // namespace ooto::publish
