// SPDX-License-Identifier: LGPL-2.1-or-later
// Properties of elements by their names and as text, as gst-launch sets them.
#pragma once

#include "config/config.h"

#include <gst/gst.h>

#include <optional>
#include <string>

namespace ooto::watch
{

/**
 * A string is taken as it stands, all else as gst-launch reads it.
 * @return what is wrong, going on after the property's name, without the value; nothing: it is set
 */
std::optional<std::string> setProperty(GstElement *element, const Setting &setting);

/** Whether it may be set to take effect while the element plays (GST_PARAM_MUTABLE_PLAYING). */
bool mayChangeWhilePlaying(GstElement *element, const std::string &property);

} // namespace ooto::watch
