// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst/analysis_pool.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ooto::gst
{

namespace
{

constexpr int analysisNice = 10;

void prepareThread()
{
    pthread_setname_np(pthread_self(), "ooto-analysis");
    // A batch thread that is woken does not push the thread aside that woke it, which is the
    // video's and would wait for milliseconds.
    const sched_param noPriority{};
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &noPriority);
    // On Linux a thread has a nice value of its own, which the threads it starts inherit (OpenCV's
    // workers, so). Where it may not be set the analysis merely competes with the video.
    setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), analysisNice);
}

} // namespace

std::shared_ptr<core::WorkerPool> analysisPool()
{
    static core::Guarded<std::weak_ptr<core::WorkerPool>> shared;
    auto pool = shared.lock();
    std::shared_ptr<core::WorkerPool> current = pool->lock();
    if (!current) {
        current =
            std::make_shared<core::WorkerPool>(std::thread::hardware_concurrency(), prepareThread);
        *pool = current;
    }
    return current;
}

} // namespace ooto::gst
