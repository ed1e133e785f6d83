// SPDX-License-Identifier: LGPL-2.1-or-later
// Threads that are left behind, and the end of the process.
#pragma once

namespace ooto::kafka
{

/**
 * Is there while a thread that nobody waits for ends a client of librdkafka: as long as it is, the
 * process does not end, for two seconds at most. OpenSSL is taken down then, under whoever still
 * uses it. Thread-safe.
 */
class Ending
{
public:
    Ending();
    ~Ending();
    Ending(const Ending &) = delete;
    Ending &operator=(const Ending &) = delete;

    /** Once librdkafka's libraries are ready, so that it comes before what they do at the end. */
    static void lookAfterTheProcess();
};

} // namespace ooto::kafka
