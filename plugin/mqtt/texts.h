// SPDX-License-Identifier: LGPL-2.1-or-later
// What a broker or libmosquitto said, for people.
#pragma once

#include "mqtt/client.h"
#include "mqtt/connection.h"

namespace ooto::mqtt
{

/** Why there is no connection, or no more. */
Loss lossOf(const Client &client, const Result &result, const ConnectionSettings &settings);
/** Nothing came from the broker, though something had to. */
Loss silence(const ConnectionSettings &settings);

/** @param reason of a PUBACK */
Ack ackOf(int reason, const Publication &publication, const ConnectionSettings &settings);
/** libmosquitto did not take it; nothing when that means that the connection is broken. */
std::optional<Ack> refusalOf(const Result &result, const Publication &publication,
                             const ConnectionSettings &settings);
/** The broker knows no publication that it acknowledges. */
Ack qosRefusal(const ConnectionSettings &settings);

} // namespace ooto::mqtt
