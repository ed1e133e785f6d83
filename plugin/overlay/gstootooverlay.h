// SPDX-License-Identifier: LGPL-2.1-or-later
// The ootooverlay element.
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_OOTO_OVERLAY (gst_ooto_overlay_get_type())
G_DECLARE_FINAL_TYPE(GstOotoOverlay, gst_ooto_overlay, GST, OOTO_OVERLAY, GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE(ootooverlay)

G_END_DECLS
