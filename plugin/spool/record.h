// SPDX-License-Identifier: LGPL-2.1-or-later
// What waits to be delivered, and how long it has.
#pragma once

#include "core/asking/face.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace ooto::spool
{

/** A moment of this machine: by the clock that people set, and by the one that only goes on. */
struct Moment {
    std::chrono::system_clock::time_point wall{};
    std::chrono::microseconds sinceBoot{0}; ///< CLOCK_BOOTTIME
    std::string bootId;                     ///< of the boot that `sinceBoot` counts from

    static Moment now();
    /** How long ago `earlier` was: exact within a boot, else by the wall clock; never negative. */
    std::chrono::milliseconds since(const Moment &earlier) const;
};

/** Since 1970, UTC: as databases keep it. */
std::int64_t unixMicroseconds(std::chrono::system_clock::time_point time);

/** An encoded picture; `bytes` may be null. */
struct Picture {
    core::PhotoBytes bytes;
    bool png = false; ///< else JPEG
};

/** One event. Its JSON is as it happened; what depends on the delivery is added when it is sent. */
struct Record {
    std::int64_t id = 0; ///< given by the spool, from 1 on, in the order of arrival
    std::string eventId;
    std::string camera;
    std::string alias{}; ///< the target's name for the camera; empty: the camera's own
    std::string visitId;
    std::string templateId; ///< empty where there is none
    core::FaceEventType type = core::FaceEventType::New;
    core::Status status = core::Status::Pending;
    Moment received; ///< when it came to the publisher
    std::string json;
    Picture photo;
    Picture frame;
};

/** Whom to forget: one of the two is given. Case does not matter in a template id. */
struct Person {
    std::string templateId;
    std::string visitId;

    bool isOf(const std::string &itsTemplate, const std::string &itsVisit) const;
};

/** How long photos are kept, by what the service said. 0: never stored. */
struct PhotoAges {
    std::chrono::hours identified{168};
    std::chrono::hours unknown{8}; ///< and all else: pending, unavailable
    std::chrono::hours spoof{168};

    std::chrono::hours of(core::Status status) const
    {
        if (status == core::Status::Identified)
            return identified;
        return status == core::Status::Spoof ? spoof : unknown;
    }
};

} // namespace ooto::spool
