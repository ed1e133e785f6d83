// SPDX-License-Identifier: LGPL-2.1-or-later
// The end of a pipeline, as a gst-launch line.
#pragma once

#include <gst/gst.h>

namespace ooto::watch
{

/**
 * A bin of the line, with a pad `sink` where something can go in. GStreamer's own way to give it
 * pads finds those inside of splitmuxsink, too, which that needs itself.
 * @return floating; null: `error` says why
 */
GstElement *parseTail(const char *line, GError **error);

/** Whether something would come out of it: a pad of its elements that leads nowhere. */
bool leadsOn(GstElement *tail);

} // namespace ooto::watch
