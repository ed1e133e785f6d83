// SPDX-License-Identifier: LGPL-2.1-or-later
// From the thread that builds a pipeline to the threads that run in it.
#pragma once

#include <atomic>

namespace ooto::watch
{

/**
 * GStreamer's locks order the two, and race detectors see nothing of them, as GLib is not built
 * for that. This they see.
 */
class HandOver
{
public:
    /** All that this thread made is for others. */
    static void give() { count.fetch_add(1, std::memory_order_release); }
    /** Before the first use of it. */
    static void take() { count.load(std::memory_order_acquire); }

private:
    static inline std::atomic<unsigned> count{0};
};

} // namespace ooto::watch
