// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the network thread leaves what it has for one caller.
#pragma once

#include "service/client.h"
#include "service/exchange.h"
#include "service/permit.h"

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

namespace ooto::service
{

struct Mailbox {
    Mailbox(core::Traffic::MemberId number, Caller::StateHandler handler)
        : member(number), onStateChange(std::move(handler))
    {
    }

    /** A request under way, and how its place is given back should it be abandoned. */
    struct Errand {
        std::shared_ptr<Exchange> exchange;
        Permit permit;
    };

    const core::Traffic::MemberId member;

    // Network thread only:
    Caller::StateHandler onStateChange;
    Caller::WarningHandler onWarning;
    bool closed = false; ///< no handler may be called any more
    std::uint64_t errandsBegun = 0;
    std::map<std::uint64_t, Errand> errands;
};

} // namespace ooto::service
