// SPDX-License-Identifier: LGPL-2.1-or-later
// What OpenCV and the libraries below it keep to the end of the process.
#pragma once

namespace ooto::vision
{

/**
 * Has OpenCV make what it keeps to the end of the process and makes on first use, so that what is
 * registered by std::atexit() afterwards runs before all that is destroyed. Its parallel loops load
 * libraries only once they run (oneTBB's allocator), whose destructors count among these.
 */
void makeStaticObjects();

} // namespace ooto::vision
