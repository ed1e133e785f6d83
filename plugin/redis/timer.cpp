// SPDX-License-Identifier: LGPL-2.1-or-later
#include "redis/timer.h"

#include <utility>

namespace ooto::redis
{

namespace
{

GSourceFuncs timerFunctions = {nullptr,
                               nullptr,
                               [](GSource *source, GSourceFunc callback, gpointer data) {
                                   g_source_set_ready_time(source, -1);
                                   return callback(data);
                               },
                               nullptr,
                               nullptr,
                               nullptr};

gint64 timeIn(std::chrono::milliseconds delay)
{
    return g_get_monotonic_time() + delay.count() * 1000;
}

} // namespace

Timer::Timer(std::function<void()> onDue)
    : onDue_(std::move(onDue)), source_(g_source_new(&timerFunctions, sizeof(GSource)))
{
    g_source_set_callback(
        source_.get(),
        [](gpointer data) -> gboolean {
            // A copy, since what it calls may end the timer.
            const auto onDue = static_cast<Timer *>(data)->onDue_;
            onDue();
            return G_SOURCE_CONTINUE;
        },
        this, nullptr);
    g_source_attach(source_.get(), g_main_context_get_thread_default());
}

void Timer::setIn(std::chrono::milliseconds delay)
{
    g_source_set_ready_time(source_.get(), timeIn(delay));
}

void Timer::setWithin(std::chrono::milliseconds delay)
{
    const gint64 before = g_source_get_ready_time(source_.get());
    if (before < 0 || before > timeIn(delay))
        setIn(delay);
}

void Timer::stop()
{
    g_source_set_ready_time(source_.get(), -1);
}

} // namespace ooto::redis
