// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture file as a field of a structure that nothing ever writes out.
#pragma once

#include "core/asking/face.h"

#include <gst/gst.h>

namespace ooto::metadata
{

/** A photo's file, and what is in it. */
struct Picture {
    core::PhotoBytes bytes; ///< null: none
    bool png = false;       ///< else JPEG
};

/**
 * The boxed type `GstOotoPicture`. It has no serialization, so that neither the debug log nor a
 * pipeline's graph shows a byte of it, as they do of a GstSample; copies share the bytes.
 * Thread-safe.
 */
GType pictureType();

/** Sets the field; leaves the structure as it is where there are no bytes. */
void setPicture(GstStructure *structure, const char *field, const Picture &picture);

/** What the field holds; no bytes where it is absent or of another type. */
Picture pictureOf(const GstStructure *structure, const char *field);

} // namespace ooto::metadata
