// SPDX-License-Identifier: LGPL-2.1-or-later
// The ootopublish element.
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_OOTO_PUBLISH (gst_ooto_publish_get_type())
G_DECLARE_FINAL_TYPE(GstOotoPublish, gst_ooto_publish, GST, OOTO_PUBLISH, GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE(ootopublish)

G_END_DECLS
