// SPDX-License-Identifier: LGPL-2.1-or-later
// What a request was permitted with, until it is answered or was not sent.
#pragma once

#include "core/traffic/traffic.h"
#include "service/budget.h"
#include "system/secret.h"

namespace ooto::service
{

struct Permit {
    core::Traffic::Ticket ticket;
    system::Secret key;  ///< the caller's at that time
    Budget::Grant grant; ///< in the day's budget
};

} // namespace ooto::service
