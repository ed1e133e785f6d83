// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells what happened: on the bus, and downstream.
#pragma once

#include "element/handles.h"
#include "identify/shared.h"
#include "metadata/face_structure.h"

#include <gst/gst.h>

#include <memory>
#include <string>

namespace ooto::identify
{

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
    /** *streaming*: pushes what there is to tell downstream, where no buffer follows. */
    void pushDownstream();
    /** *streaming*: pushes these, which are what the next buffer's metadata comes of. */
    void push(const core::FaceBook::Events &events, const metadata::ReportContext &context);

private:
    void post(const core::FaceEvent &event, const metadata::ReportContext &context, bool asMessage);
    void post(const core::ServiceState &state, const std::string &camera);
    void post(const Notice &notice, const std::string &camera);
    void post(element::StructureHandle report);

    GstElement *const element_;
    Meeting &meeting_;
    const std::string elementName_;
    const bool ownRegions_;
};

} // namespace ooto::identify
