// SPDX-License-Identifier: LGPL-2.1-or-later
// From a hardware decoder's memory to this machine's.
#pragma once

#include "system/handles.h"

#include <gst/gst.h>

namespace ooto::watch
{

/**
 * The element that brings such pictures to system memory at the least cost.
 * @return null where they are there already, and where no element is installed that can
 */
system::ObjectHandle<GstElement> makeDownload(const GstCaps *caps);

} // namespace ooto::watch
