// SPDX-License-Identifier: LGPL-2.1-or-later
// One thread waits for what another one does.
#pragma once

#include "core/base/guarded.h"

#include <chrono>
#include <condition_variable>

namespace ooto::publish
{

/** Thread-safe. Used for one wait at a time. */
class Waiter
{
public:
    void begin() { state_.lock()->done = false; }
    void finish()
    {
        state_.lock()->done = true;
        changed_.notify_all();
    }
    /** While true no wait takes long. */
    void interrupt(bool interrupted)
    {
        state_.lock()->interrupted = interrupted;
        changed_.notify_all();
    }
    void wait(std::chrono::milliseconds longest)
    {
        auto state = state_.lock();
        changed_.wait_for(state.waitable(), longest,
                          [&] { return state->done || state->interrupted; });
    }

private:
    struct State {
        bool done = false;
        bool interrupted = false;
    };
    core::Guarded<State> state_;
    std::condition_variable changed_;
};

} // namespace ooto::publish
