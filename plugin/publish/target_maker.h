// SPDX-License-Identifier: LGPL-2.1-or-later
// From a checked plan to the target that it names.
#pragma once

#include "http/network_thread.h"
#include "publish/credentials.h"
#include "publish/http_target.h"
#include "publish/plan.h"
#include "publish/state_board.h"
#include "publish/target.h"
#include "spool/spool.h"

#include <functional>
#include <memory>

namespace ooto::publish
{

/** What a target needs beside the plan; all of it outlives the target. */
struct TargetSurroundings {
    const Plan &plan;
    http::NetworkThread &thread; ///< the publisher's own
    spool::Spool &spool;         ///< keeps the client id of brokers
    StateBoard &board;           ///< begun and connected where the target is a broker
    std::function<Credentials()> credentials;
};

/** What a web server is asked with. */
HttpTargetSettings httpSettingsOf(const Settings &settings, const TargetUri &uri);

std::unique_ptr<Target> makeTarget(const TargetSurroundings &around);

} // namespace ooto::publish
