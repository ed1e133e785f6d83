// SPDX-License-Identifier: LGPL-2.1-or-later
// A thread with a GMainContext of its own, to which tasks are handed over.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace ooto::http
{

/** Runs tasks one after the other, and in between what is attached to its context. */
class NetworkThread
{
public:
    using Task = std::function<void()>;

    NetworkThread();
    /** Runs what was posted before, then ends the thread and waits for its end. */
    ~NetworkThread();

    /** Thread-safe. Tasks run in the order in which they came; each is gone before the next. */
    void post(Task task);
    /** Thread-safe. The task runs so much later; it is dropped where the thread ends before. */
    void postIn(std::chrono::milliseconds delay, Task task);
    /** Returns when the task has run. On the network thread itself it runs at once. */
    void runAndWait(const Task &task);

private:
    struct Loop;
    bool isCurrent() const { return std::this_thread::get_id() == thread_.get_id(); }

    std::shared_ptr<Loop> loop_; ///< shared with the thread itself
    std::thread thread_;
};

} // namespace ooto::http
