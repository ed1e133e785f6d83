// SPDX-License-Identifier: LGPL-2.1-or-later
// What a caller asks for, and what it is told.
#pragma once

#include "core/traffic/reply.h"
#include "core/traffic/service_health.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ooto::service
{

/** One photo and how to ask about it. */
struct Request {
    std::shared_ptr<const std::vector<std::uint8_t>> photo;
    bool png = false; ///< else JPEG: decides the part's file name and content type
    bool checkLiveness = false;
    bool checkDeepfake = false;
    std::chrono::milliseconds timeout{10000}; ///< from name look-up to the last byte
};

/** Called on the *network* thread, once per request, unless the caller is destroyed first. */
using ReplyHandler = std::function<void(const core::Reply &)>;
/**
 * Called on the *network* thread each time a request is sent once more before it has a reply, since
 * a kept connection had gone: for the service that is one more request.
 */
using RestartHandler = std::function<void()>;
/**
 * Called on the *network* thread when what keeps this caller from asking changed: that its key is
 * refused, else that the day's budget is spent, else how the service is; or if only the reason did.
 */
using StateHandler = std::function<void(const core::ServiceState &)>;
/** Called on the *network* thread with what people should know, once each. One line. */
using WarningHandler = std::function<void(const std::string &)>;

/** One person's stay, as all machines name it that share their state. */
struct SharedVisit {
    std::string visitId;
    bool isOwn = true; ///< it goes by the name that this caller gave it
};
/** Longer names of visits are none. */
inline constexpr std::size_t longestVisitId = 512;
/** Called on the *network* thread, once per claim, unless the caller is destroyed first. */
using VisitHandler = std::function<void(const SharedVisit &)>;

/** The day's budget, as far as this process knows. */
struct BudgetUse {
    std::uint64_t used = 0;
    std::uint64_t limit = 0; ///< that of all callers; 0 = none
};

} // namespace ooto::service
