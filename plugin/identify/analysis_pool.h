// SPDX-License-Identifier: LGPL-2.1-or-later
// The threads that look at frames, shared by all elements of the process.
#pragma once

#include "core/base/worker_pool.h"

#include <memory>
#include <string>

namespace ooto::identify
{

/**
 * The process's pool, as wide as the machine; made by the first who asks and gone with the last
 * reference, which must not be dropped by a job. Its threads run at a lower priority than the
 * video's (nice 10). Thread-safe.
 */
std::shared_ptr<core::WorkerPool> analysisPool();

/**
 * To be told of each kind of detector that was loaded: what its library keeps to the end of the
 * process is destroyed only when the pool's work has ended. Thread-safe.
 */
void outlive(const std::string &detector);

} // namespace ooto::identify
