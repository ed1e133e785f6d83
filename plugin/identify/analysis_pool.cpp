// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/analysis_pool.h"

#include "identify/debug.h"
#include "vision/static_objects.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <set>
#include <string>

namespace ooto::identify
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

using SharedPool = core::Guarded<std::weak_ptr<core::WorkerPool>>;

/** Never destroyed: elements may be used to the very end of the process. */
SharedPool &sharedPool()
{
    static auto *const pool = new SharedPool();
    return *pool;
}

/** Longer than any job takes; who calls exit() in a handler of ours may hold one up. */
constexpr std::chrono::seconds longestJob{2};

/**
 * Whoever calls exit() while video plays has OpenCV's static objects destroyed while our threads
 * use them. What is registered last runs first: hence after OpenCV has made all of its own.
 */
void endWorkAtExit()
{
    static const bool made = [] {
        vision::makeStaticObjects();
        return true;
    }();
    const int registered = std::atexit([] {
        if (const auto pool = sharedPool().lock()->lock())
            pool->endWork(longestJob);
    });
    if (!made || registered != 0)
        GST_WARNING("the process has no room for another exit handler");
}

/** Once for each name. */
void endWorkAtExit(const std::string &name)
{
    static auto *const names = new core::Guarded<std::set<std::string>>();
    auto known = names->lock();
    if (known->insert(name).second)
        endWorkAtExit();
}

} // namespace

void outlive(const std::string &detector)
{
    endWorkAtExit(detector);
}

std::shared_ptr<core::WorkerPool> analysisPool()
{
    endWorkAtExit("");
    auto pool = sharedPool().lock();
    std::shared_ptr<core::WorkerPool> current = pool->lock();
    if (!current) {
        current = std::make_shared<core::WorkerPool>(
            std::thread::hardware_concurrency(), prepareThread,
            [](const char *what) { GST_ERROR("a job beside the stream failed: %s", what); });
        *pool = current;
    }
    return current;
}

} // namespace ooto::identify
