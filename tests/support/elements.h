// SPDX-License-Identifier: LGPL-2.1-or-later
// The elements under test, linked in rather than loaded.
#pragma once

namespace ooto::test
{

/** Registers all elements and their metadata in this process, after gst_init(). */
void registerElements();

} // namespace ooto::test
