// SPDX-License-Identifier: LGPL-2.1-or-later
// One photo sent to the identify service, and what became of it.
#pragma once

#include "core/traffic/reply.h"
#include "http/session.h"
#include "service/connection_settings.h"
#include "service/request.h"
#include "system/secret.h"

#include <functional>
#include <memory>

namespace ooto::service
{

/** *network*. */
struct IdentifyCallHandlers {
    /** @param hasLeft as in http::Result */
    std::function<void(const core::Reply &reply, bool hasLeft)> onDone;
    std::function<bool()> admitRestart; ///< as in http::Exchange::Handlers
};

/** *network*. @param session opened with the same settings; it starts what is returned */
std::shared_ptr<http::Exchange> makeIdentifyCall(http::Session &session,
                                                 const ConnectionSettings &settings,
                                                 const Request &request, const system::Secret &key,
                                                 IdentifyCallHandlers handlers);

} // namespace ooto::service
