// SPDX-License-Identifier: LGPL-2.1-or-later
// Elements that machines without such hardware do not have.
#pragma once

#include <atomic>

namespace ooto::test
{

/**
 * A JPEG decoder whose pictures are in GL memory, by their caps, and a `gldownload` for them. To
 * decodebin it is better than any other decoder, until it is hidden.
 */
void registerFakeGpu();
void hideFakeGpu();
/** Pictures that its gldownload brought to system memory. */
std::atomic<unsigned> &downloads();

/** `ootostuck`, a sink that does not give back what it got until `release`, also at its end. */
void registerStuckSink();
void releaseStuckSinks();

} // namespace ooto::test
