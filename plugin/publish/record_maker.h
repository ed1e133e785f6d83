// SPDX-License-Identifier: LGPL-2.1-or-later
// From an event to a record, and from a record to what is sent.
#pragma once

#include "metadata/faces_reader.h"
#include "publish/plan.h"
#include "publish/target.h"
#include "spool/photo_folder.h"

#include <gst/gst.h>

#include <memory>
#include <optional>
#include <string>

namespace ooto::publish
{

/** Thread-bound. */
class RecordMaker
{
public:
    RecordMaker(const Plan &plan, std::shared_ptr<spool::PhotoFolder> photos);

    /**
     * Stores the event's photos where that is wanted.
     * @param settings  those of the element
     * @param structure what `event` was read from
     * @return nothing where the event is not to be sent
     */
    std::optional<spool::Record> record(const Settings &settings,
                                        const metadata::FaceMessage &event,
                                        const GstStructure *structure,
                                        const spool::Moment &received);
    /** @return nothing, and why, where it can never be sent */
    std::optional<Outgoing> outgoing(const spool::Record &record, const spool::Moment &now,
                                     std::string &why) const;

private:
    void storePhotos(spool::Record &record, const Settings &settings);

    const Plan &plan_;
    const std::shared_ptr<spool::PhotoFolder> photos_;
};

} // namespace ooto::publish
