// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is to be nobody, also for events that were under way.
#pragma once

#include "element/handles.h"
#include "metadata/faces_reader.h"
#include "spool/record.h"

#include <gst/gst.h>

#include <chrono>
#include <deque>

namespace ooto::publish
{

/**
 * Remembers for ten minutes who was forgotten, the last 256. What still tells of them is made to
 * say what ootoidentify says of a forgotten face: that it is `unavailable`, and nothing that an
 * answer told. Thread-bound.
 */
class Forgotten
{
public:
    /** Of a clock that only goes on. */
    using Time = std::chrono::steady_clock::time_point;

    void add(const spool::Person &person, Time now);
    /** Those whose time is over are remembered no more. */
    void advance(Time now);

    /** Nothing where the event may stay as it is. @param structure what `face` was read from */
    element::StructureHandle obscured(const metadata::ReadFace &face,
                                      const GstStructure *structure) const;
    void obscure(metadata::ReadFace &face) const;

private:
    struct Entry {
        spool::Person person;
        Time since;
    };

    bool isKnown(const std::string &templateId, const std::string &visitId) const;

    std::deque<Entry> entries_;
};

} // namespace ooto::publish
