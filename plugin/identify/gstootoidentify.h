// SPDX-License-Identifier: LGPL-2.1-or-later
// The ootoidentify element.
#pragma once

#include <gst/gst.h>

#define GST_TYPE_OOTO_IDENTIFY (gst_ooto_identify_get_type())
GType gst_ooto_identify_get_type(void);

GST_ELEMENT_REGISTER_DECLARE(ootoidentify)
