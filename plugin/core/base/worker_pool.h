// SPDX-License-Identifier: LGPL-2.1-or-later
// A fixed number of threads that do jobs in the order in which they were posted, short ones first.
#pragma once

#include "core/base/guarded.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

namespace ooto::core
{

/** Thread-safe. Destroyed by a thread that is none of its own; jobs still waiting are dropped. */
class WorkerPool
{
public:
    /** Told what an exception said that ended a job; on the thread of that job. */
    using FailureHandler = std::function<void(const char *what)>;

    /**
     * @param onThreadStart called once on each thread (for its name and priority)
     * @param onFailure     no exception ends a thread; this hears of each, and throws none
     */
    WorkerPool(unsigned threads, const std::function<void()> &onThreadStart,
               FailureHandler onFailure = nullptr);
    ~WorkerPool();
    WorkerPool(const WorkerPool &) = delete;
    WorkerPool &operator=(const WorkerPool &) = delete;

    void post(std::function<void()> job);
    /** Before all that wait with post(), which it must not hold up: a job of microseconds. */
    void postAhead(std::function<void()> job);
    /**
     * No further job begins, and those posted from now on are dropped. For the end of the process,
     * when what jobs use is about to go.
     * @param longest until the jobs under way have ended, but for the caller's own
     */
    void endWork(std::chrono::milliseconds longest);

private:
    using Jobs = std::deque<std::function<void()>>;
    struct Shared {
        Jobs ahead;
        Jobs jobs;
        bool closing = false;  ///< threads end
        bool ended = false;    ///< jobs no longer begin
        unsigned underWay = 0; ///< jobs
    };
    void post(Jobs Shared::*queue, std::function<void()> job);
    bool isOurs(std::thread::id thread) const;
    void work();
    void attempt(const std::function<void()> &task) const;

    const FailureHandler onFailure_;
    Guarded<Shared> shared_;
    std::condition_variable wake_;
    std::condition_variable idle_; ///< a job ended
    std::vector<std::thread> threads_;
};

} // namespace ooto::core
