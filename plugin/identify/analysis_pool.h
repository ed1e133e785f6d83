// SPDX-License-Identifier: LGPL-2.1-or-later
// The threads that look at frames, shared by all elements of the process.
#pragma once

#include "core/base/worker_pool.h"

#include <memory>

namespace ooto::identify
{

/**
 * The process's pool, as wide as the machine; made by the first who asks and gone with the last
 * reference, which must not be dropped by a job. Its threads run at a lower priority than the
 * video's (nice 10). Thread-safe.
 */
std::shared_ptr<core::WorkerPool> analysisPool();

/**
 * To be called once a detector was loaded: its libraries came with it, perhaps long after the pool,
 * and exit() would destroy what they keep before the pool ends its work. Thread-safe.
 */
void endWorkBeforeDetectors();

} // namespace ooto::identify
