// SPDX-License-Identifier: LGPL-2.1-or-later
// The counters of a camera over all that was built of it.
#pragma once

#include "element/handles.h"

namespace ooto::watch
{

/**
 * `latest` with the counters of `earlier` added: whole numbers, those of nested structures and
 * arrays, and doubles called `sum` (of histograms). What is no counter stays as it is in `latest`:
 * other doubles, and what is so now (`in-flight`, `requests-today`, `budget-left`).
 * Either may be null.
 */
element::StructureHandle summed(const GstStructure *earlier, const GstStructure *latest);

} // namespace ooto::watch
