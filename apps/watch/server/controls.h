// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/snapshot.h"

#include <string>

namespace ooto::watch
{

/** How it went to switch a camera. */
enum class Switched {
    Kept,         ///< it is, and will be after a restart
    NotKept,      ///< it is, but that could not be written to the disk
    NoSuchCamera, ///< nothing was done
};

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
     * @param by whose token it was, for the log
     */
    virtual Switched setActive(const std::string &camera, bool active, const std::string &by) = 0;
};

} // namespace ooto::watch
