// SPDX-License-Identifier: LGPL-2.1-or-later
// The faces of one stream that have no `end` yet, and the ends that are made here.
#pragma once

#include "core/publishing/face_ledger.h"
#include "element/handles.h"
#include "metadata/faces_reader.h"
#include "publish/forgotten.h"

#include <gst/gst.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ooto::publish
{

/** Thread-bound. */
class OpenFaces
{
public:
    /** @param structure what `event` was read from */
    void note(const metadata::FaceMessage &event, const GstStructure *structure);
    void noteShown(const std::vector<metadata::ReadFace> &faces);
    /**
     * An `end` for each open face: `reason` is `stopped`, `event-id` that of its `new` with `-end`
     * (`-end-2` where it came back and is ended again), all else as its last event said.
     */
    std::vector<element::StructureHandle> endAll(const std::string &camera);

    /** What is kept for their ends says nothing of whom is forgotten any more. */
    void forget(const Forgotten &forgotten);

    std::uint64_t lost() const { return ledger_.lost(); }

private:
    core::FaceLedger ledger_;
    std::map<std::uint64_t, element::StructureHandle>
        last_; ///< event, by track; of ended ones, too
};

} // namespace ooto::publish
