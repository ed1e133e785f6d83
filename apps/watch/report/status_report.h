// SPDX-License-Identifier: LGPL-2.1-or-later
// How everything stands, for people and for other programs. No name of a person is in it.
#pragma once

#include "report/snapshot.h"

#include <chrono>
#include <string>
#include <vector>

namespace ooto::watch
{

/** What `/status` says, as JSON. */
std::string statusJson(const Snapshot &snapshot);

/** Why nobody is named just now, one reason each; empty: the program does its work. */
std::vector<std::string> notReadyReasons(const Snapshot &snapshot);

/**
 * Why the program does not live: its main loop has not run for too long. Nothing else counts, since
 * a restart helps against nothing else. Empty: it lives.
 */
std::string notAliveReason(const Snapshot &snapshot, std::chrono::steady_clock::time_point now);

} // namespace ooto::watch
