// SPDX-License-Identifier: LGPL-2.1-or-later
// How much CPU time the threads of this process have had, by their names.
#pragma once

#include <map>
#include <string>

namespace ooto::cameras
{

/** Seconds by the name of the threads; those that have ended do not count. */
using ThreadTimes = std::map<std::string, double>;

ThreadTimes threadTimes();
/** Of the calling thread, s. */
double ownTime();
/** By how much the times have grown. */
ThreadTimes since(const ThreadTimes &before);

/** What this process has in memory, MiB. */
double residentMiB();

} // namespace ooto::cameras
