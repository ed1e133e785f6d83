// SPDX-License-Identifier: LGPL-2.1-or-later
// From libsoup's message to a ReceivedRequest.
#pragma once

#include "received_request.h"

#include <libsoup/soup.h>

#include <string>

namespace ooto::server
{

/** To be called when the head is there: of a body over 16 MiB nothing is kept. */
void limitBody(SoupServerMessage *message);

/**
 * @param appId  what APP-ID has to be
 * @param appKey what APP-KEY has to be; neither it nor what was sent is kept
 * @return everything but `number` and the answer
 */
ReceivedRequest readRequest(SoupServerMessage *message, const char *path, const std::string &appId,
                            const std::string &appKey);

} // namespace ooto::server
