// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kafka/ending.h"

#include "core/base/guarded.h"

#include <chrono>
#include <condition_variable>
#include <cstdlib>

namespace ooto::kafka
{

namespace
{

/** Longer than any but those take that look a name up, and these are far from OpenSSL. */
constexpr std::chrono::seconds longest{2};

struct Endings {
    core::Guarded<unsigned> count{0U};
    std::condition_variable changed;
};

/** Never destroyed: threads may go on while the process exits. */
Endings &endings()
{
    static auto &all = *new Endings();
    return all;
}

void awaitAll()
{
    auto count = endings().count.lock();
    endings().changed.wait_for(count.waitable(), longest, [&] { return *count == 0; });
}

} // namespace

Ending::Ending()
{
    ++*endings().count.lock();
}

Ending::~Ending()
{
    --*endings().count.lock();
    endings().changed.notify_all();
}

void Ending::lookAfterTheProcess()
{
    // What is registered last runs first.
    [[maybe_unused]] static const int registered = std::atexit(awaitAll);
}

} // namespace ooto::kafka
