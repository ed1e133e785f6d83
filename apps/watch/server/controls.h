// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/snapshot.h"

#include <string>

namespace ooto::watch
{

/** What the server may ask of the program. Thread-safe; never waits for a camera or a target. */
class Controls
{
public:
    virtual ~Controls() = default;

    virtual Snapshot snapshot() = 0;
    /** All metrics in Prometheus's text format. */
    virtual std::string metrics() = 0;
    /**
     * Switches a camera, now and after each restart.
     * @return false where there is no camera of that name
     */
    virtual bool setActive(const std::string &camera, bool active) = 0;
};

} // namespace ooto::watch
