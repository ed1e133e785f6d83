// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells what happened: on the bus, and downstream.
#pragma once

#include "element/handles.h"
#include "identify/shared.h"
#include "metadata/face_structure.h"
#include "metadata/reports.h"

#include <gst/gst.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::identify
{

/** What is to be pushed, and how. */
struct Downstream {
    std::vector<metadata::ForgetRequest> forgets;
    core::FaceBook::Events events;
    metadata::ReportContext context; ///< of the events
    metadata::Attached attached = metadata::Attached::Nothing;
    std::optional<ServiceNews> service;
};

/** Thread-safe but where it says otherwise. Calls out, so no lock is held meanwhile. */
class Outbox
{
public:
    /**
     * @param element    borrowed: it owns what owns this
     * @param ownRegions a face's region of interest has its track's number
     */
    Outbox(GstElement *element, Meeting &meeting, bool ownRegions);

    /** What the stream is called: `camera`, else the element's name. */
    std::string cameraName(const Settings &settings) const;
    /** Under the lock: what goes with every face of now. */
    metadata::ReportContext context(const Shared &shared) const;

    /**
     * Posts what waits, in order. One thread at a time posts, and takes along what others leave
     * meanwhile: so it may return before everything is told, when another thread is at it.
     */
    void post();
    /**
     * *streaming*, at the end of the stream: until everything is posted, also what another thread
     * is at; half a second at most, since that thread may be in a handler of the application.
     */
    void awaitPosted();
    /** Under the lock: what there is to tell downstream, which is told no more. */
    Downstream take(Shared &shared) const;
    /** *streaming*: pushes that, before the buffer whose metadata comes of it. */
    void push(Downstream downstream);
    /** *streaming*: pushes what there is to tell downstream, where no buffer follows. */
    void pushDownstream();

private:
    void push(element::StructureHandle structure);
    void post(const core::FaceEvent &event, const metadata::ReportContext &context,
              const Settings &settings);
    void post(const core::ServiceState &state, const std::string &camera);
    void post(const Notice &notice, const std::string &camera);
    void post(element::StructureHandle report);

    GstElement *const element_;
    Meeting &meeting_;
    const std::string elementName_;
    const bool ownRegions_;
};

} // namespace ooto::identify
