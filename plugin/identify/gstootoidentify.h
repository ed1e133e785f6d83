// SPDX-License-Identifier: LGPL-2.1-or-later
// The ootoidentify element.
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_OOTO_IDENTIFY (gst_ooto_identify_get_type())
G_DECLARE_FINAL_TYPE(GstOotoIdentify, gst_ooto_identify, GST, OOTO_IDENTIFY, GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE(ootoidentify)

G_END_DECLS
