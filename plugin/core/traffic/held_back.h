// SPDX-License-Identifier: LGPL-2.1-or-later
// Why no request may go out just now.
#pragma once

#include <chrono>

namespace ooto::core
{

enum class HeldBack {
    InFlight,     ///< as many requests as `max-in-flight` allows are out
    Rate,         ///< `max-rate` would be exceeded
    Budget,       ///< `max-requests-per-day` is used up
    BudgetBusy,   ///< another process has the file of the day's count just now
    Asking,       ///< the state that machines share is being asked; that takes a moment
    Shared,       ///< others may still spend what is left of the day, or are not all known yet
    Service,      ///< the service is in trouble, and it is not time for a probe
    Unauthorized, ///< the key was refused, and it is not time to try it again
};

/** Instead of permission to send a request. */
struct NotNow {
    HeldBack why;
    std::chrono::milliseconds tryAgainIn; ///< sooner does no harm
};

} // namespace ooto::core
