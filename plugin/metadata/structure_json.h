// SPDX-License-Identifier: LGPL-2.1-or-later
// A GstStructure as one line of JSON.
#pragma once

#include <gst/gst.h>

#include <string>

namespace ooto::metadata
{

/**
 * An object with the structure's fields: strings, booleans, numbers, arrays and structures.
 * Fields of other types (a GstSample) are left out.
 */
std::string toJson(const GstStructure *structure);

} // namespace ooto::metadata
