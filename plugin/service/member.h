// SPDX-License-Identifier: LGPL-2.1-or-later
// One caller as its client knows it.
#pragma once

#include "http/exchange.h"
#include "service/permit.h"
#include "service/request.h"

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

namespace ooto::service
{

/** Lives as long as the caller, and its last request. */
struct Member {
    Member(core::Traffic::MemberId number, StateHandler handler)
        : id(number), onStateChange(std::move(handler))
    {
    }

    /** A request under way, and how its place is given back should it be abandoned. */
    struct Errand {
        std::shared_ptr<http::Exchange> exchange;
        Permit::Held held;
    };

    const core::Traffic::MemberId id;

    // Network thread only:
    StateHandler onStateChange;
    WarningHandler onWarning;
    bool closed = false; ///< no handler may be called any more
    std::uint64_t errandsBegun = 0;
    std::map<std::uint64_t, Errand> errands;
};

} // namespace ooto::service
