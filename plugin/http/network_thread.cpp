// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/network_thread.h"

#include "core/base/guarded.h"
#include "system/handles.h"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <exception>

namespace ooto::http
{

/**
 * What the thread lives on. Tasks travel in a queue of ours and not as the data of a GSource per
 * task, so that the hand-over happens under a mutex which race detectors can see.
 */
struct NetworkThread::Loop {
    Loop();

    void run();
    void runTasks();
    void wake() { g_source_set_ready_time(wakeUp.get(), 0); }

    struct Queue {
        std::deque<Task> tasks;
        bool quit = false; ///< end when there are no more tasks
    };

    system::ContextHandle context{g_main_context_new()};
    system::SourceHandle wakeUp; ///< attached for as long as the loop lives
    core::Guarded<Queue> queue;
    bool ended = false; ///< network thread only
};

namespace
{

/** A GSource that is due when its ready time is, and does nothing else by itself. */
GSourceFuncs wakeUpFunctions = {nullptr,
                                nullptr,
                                [](GSource *source, GSourceFunc callback, gpointer data) {
                                    // Before the queue is looked at: what comes after that look
                                    // sets the ready time again.
                                    g_source_set_ready_time(source, -1);
                                    return callback(data);
                                },
                                nullptr,
                                nullptr,
                                nullptr};

} // namespace

NetworkThread::Loop::Loop() : wakeUp(g_source_new(&wakeUpFunctions, sizeof(GSource)))
{
    g_source_set_callback(
        wakeUp.get(),
        [](gpointer data) -> gboolean {
            static_cast<Loop *>(data)->runTasks();
            return G_SOURCE_CONTINUE;
        },
        this, nullptr);
    g_source_attach(wakeUp.get(), context.get());
}

void NetworkThread::Loop::run()
{
    pthread_setname_np(pthread_self(), "ooto-network");
    g_main_context_push_thread_default(context.get());
    while (!ended) {
        try {
            g_main_context_iteration(context.get(), TRUE);
        } catch (const std::exception &error) {
            // Out of a handler of a request; those of the others are as they were.
            g_warning("a handler of the network thread failed: %s", error.what());
        }
    }
    g_main_context_pop_thread_default(context.get());
}

void NetworkThread::Loop::runTasks()
{
    for (;;) {
        Task task;
        {
            auto access = queue.lock();
            if (access->tasks.empty()) {
                ended = access->quit;
                return;
            }
            task = std::move(access->tasks.front());
            access->tasks.pop_front();
        }
        try {
            task();
        } catch (const std::exception &error) {
            // The others' requests go on.
            g_warning("a task of the network thread failed: %s", error.what());
        }
    }
}

NetworkThread::NetworkThread()
    : loop_(std::make_shared<Loop>()), thread_([loop = loop_] { loop->run(); })
{
}

NetworkThread::~NetworkThread()
{
    loop_->queue.lock()->quit = true;
    loop_->wake();
    // A handler that lets go of the last reference cannot wait for the thread it runs on; the
    // thread then ends by itself, with its own share of the loop.
    if (isCurrent())
        thread_.detach();
    else
        thread_.join();
}

void NetworkThread::post(Task task)
{
    loop_->queue.lock()->tasks.push_back(std::move(task));
    loop_->wake();
}

void NetworkThread::postIn(std::chrono::milliseconds delay, Task task)
{
    // The source is made by the thread that dispatches it: see Loop.
    post([delay, task = std::move(task)] {
        system::Handle<GSource, g_source_unref> source(
            g_timeout_source_new(static_cast<guint>(delay.count())));
        g_source_set_callback(
            source.get(),
            [](gpointer data) -> gboolean {
                (*static_cast<Task *>(data))();
                return G_SOURCE_REMOVE;
            },
            new Task(task), [](gpointer data) { delete static_cast<Task *>(data); });
        g_source_attach(source.get(), g_main_context_get_thread_default());
    });
}

void NetworkThread::runAndWait(const Task &task)
{
    if (isCurrent()) {
        task();
        return;
    }
    struct Waiter {
        core::Guarded<bool> done{false};
        std::condition_variable changed;
    };
    // Shared, since the thread still touches it after the last look of the one who waits.
    const auto waiter = std::make_shared<Waiter>();
    post([&task, waiter] {
        // Whatever becomes of the task, nobody waits for ever.
        struct Done {
            Waiter &waiter;
            ~Done()
            {
                *waiter.done.lock() = true;
                waiter.changed.notify_one();
            }
        } const done{*waiter};
        task();
    });
    auto done = waiter->done.lock();
    waiter->changed.wait(done.waitable(), [&done] { return *done; });
}

} // namespace ooto::http
