// SPDX-License-Identifier: LGPL-2.1-or-later
// Lines to whoever listens at a socket.
#pragma once

#include "http/network_thread.h"
#include "publish/target.h"
#include "publish/target_uri.h"

#include <memory>

namespace ooto::publish
{

/**
 * Each event is one line. Delivered means written to the socket: whether the other side read it
 * nobody says, so what was on its way when it broke off is lost. A connection is made when there is
 * something to send, and kept.
 * @param thread the publisher's own, on which all calls come
 */
std::unique_ptr<Target> makeSocketTarget(const TargetUri &uri, std::chrono::milliseconds timeout,
                                         http::NetworkThread &thread);

} // namespace ooto::publish
