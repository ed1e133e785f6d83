// SPDX-License-Identifier: LGPL-2.1-or-later
// The debug category of ootopublish, for the files that it consists of.
#pragma once

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN(gst_ooto_publish_debug);
#define GST_CAT_DEFAULT gst_ooto_publish_debug
