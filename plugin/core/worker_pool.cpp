// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/worker_pool.h"

namespace ooto::core
{

WorkerPool::WorkerPool(unsigned threads, std::function<void()> onThreadStart)
{
    for (unsigned i = 0; i < std::max(1U, threads); ++i) {
        threads_.emplace_back([this, onThreadStart] {
            if (onThreadStart)
                onThreadStart();
            work();
        });
    }
}

WorkerPool::~WorkerPool()
{
    std::deque<std::function<void()>> dropped;
    {
        auto shared = shared_.lock();
        shared->closing = true;
        dropped.swap(shared->jobs);
    }
    wake_.notify_all();
    for (std::thread &thread : threads_)
        thread.join();
}

void WorkerPool::post(std::function<void()> job)
{
    shared_.lock()->jobs.push_back(std::move(job));
    wake_.notify_one();
}

void WorkerPool::work()
{
    for (;;) {
        std::function<void()> job;
        {
            auto shared = shared_.lock();
            wake_.wait(shared.waitable(), [&] { return shared->closing || !shared->jobs.empty(); });
            if (shared->closing)
                return;
            job = std::move(shared->jobs.front());
            shared->jobs.pop_front();
        }
        job();
    }
}

} // namespace ooto::core
