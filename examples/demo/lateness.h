// SPDX-License-Identifier: LGPL-2.1-or-later
// Counts the frames that leave an element, and how far behind the clock each leaves.
#pragma once

#include "handles.h"
#include "report.h"

#include <memory>

namespace ooto::demo
{

/** Watches an element's source pad as long as it lives. */
class Lateness
{
public:
    /**
     * @param pacer the clocksync upstream whose `ts-offset` moves the frames' times; may be null
     */
    Lateness(GstElement *element, GstElement *pacer);
    Lateness(const Lateness &) = delete;
    Lateness &operator=(const Lateness &) = delete;
    ~Lateness();

    /** *application*: what was counted so far. */
    FrameCounts counts() const;

    /** *application*: a live source's frames are on time when they are this much behind. */
    void readUpstreamLatency();

private:
    struct State;
    std::shared_ptr<State> state_;
    GstHandle<GstPad> pad_;
    gulong probe_ = 0;
};

} // namespace ooto::demo
