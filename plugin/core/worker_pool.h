// SPDX-License-Identifier: LGPL-2.1-or-later
// A fixed number of threads that do jobs in the order in which they were posted.
#pragma once

#include "core/guarded.h"

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
    /** @param onThreadStart called once on each thread (for its name and priority) */
    WorkerPool(unsigned threads, std::function<void()> onThreadStart);
    ~WorkerPool();
    WorkerPool(const WorkerPool &) = delete;
    WorkerPool &operator=(const WorkerPool &) = delete;

    void post(std::function<void()> job);

private:
    struct Shared {
        std::deque<std::function<void()>> jobs;
        bool closing = false;
    };
    void work();

    Guarded<Shared> shared_;
    std::condition_variable wake_;
    std::vector<std::thread> threads_;
};

} // namespace ooto::core
