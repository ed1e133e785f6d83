// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/base/worker_pool.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace ooto::core
{

WorkerPool::WorkerPool(unsigned threads, const std::function<void()> &onThreadStart,
                       FailureHandler onFailure)
    : onFailure_(std::move(onFailure))
{
    try {
        for (unsigned i = 0; i < std::max(1U, threads); ++i) {
            threads_.emplace_back([this, onThreadStart] {
                if (onThreadStart)
                    attempt(onThreadStart);
                work();
            });
        }
    } catch (...) {
        // Fewer threads do, too.
        if (threads_.empty())
            throw;
    }
}

WorkerPool::~WorkerPool()
{
    Jobs dropped;
    Jobs droppedAhead;
    {
        auto shared = shared_.lock();
        shared->closing = true;
        dropped.swap(shared->jobs);
        droppedAhead.swap(shared->ahead);
    }
    wake_.notify_all();
    for (std::thread &thread : threads_)
        thread.join();
}

void WorkerPool::post(std::function<void()> job)
{
    post(&Shared::jobs, std::move(job));
}

void WorkerPool::postAhead(std::function<void()> job)
{
    post(&Shared::ahead, std::move(job));
}

void WorkerPool::post(Jobs Shared::*queue, std::function<void()> job)
{
    {
        auto shared = shared_.lock();
        if (shared->ended)
            return;
        ((*shared).*queue).push_back(std::move(job));
    }
    wake_.notify_one();
}

void WorkerPool::endWork(std::chrono::milliseconds longest)
{
    Jobs dropped;
    Jobs droppedAhead;
    auto shared = shared_.lock();
    shared->ended = true;
    dropped.swap(shared->jobs);
    droppedAhead.swap(shared->ahead);
    const unsigned own = isOurs(std::this_thread::get_id()) ? 1 : 0;
    idle_.wait_for(shared.waitable(), longest, [&] { return shared->underWay <= own; });
}

bool WorkerPool::isOurs(std::thread::id thread) const
{
    return std::any_of(threads_.begin(), threads_.end(),
                       [thread](const std::thread &ours) { return ours.get_id() == thread; });
}

void WorkerPool::work()
{
    for (;;) {
        std::function<void()> job;
        {
            auto shared = shared_.lock();
            wake_.wait(shared.waitable(), [&] {
                return shared->closing || !shared->ahead.empty() || !shared->jobs.empty();
            });
            if (shared->closing)
                return;
            Jobs &next = shared->ahead.empty() ? shared->jobs : shared->ahead;
            job = std::move(next.front());
            next.pop_front();
            ++shared->underWay;
        }
        attempt([&job] {
            job();
            job = nullptr; // what it holds may fail on its way out, too
        });
        --shared_.lock()->underWay;
        idle_.notify_all();
    }
}

void WorkerPool::attempt(const std::function<void()> &task) const
{
    try {
        task();
    } catch (const std::exception &error) {
        if (onFailure_)
            onFailure_(error.what());
    } catch (...) {
        if (onFailure_)
            onFailure_("an exception of no known type");
    }
}

} // namespace ooto::core
