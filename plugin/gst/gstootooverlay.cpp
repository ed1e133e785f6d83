// placeholder until the element lands
#include "gst/gstootooverlay.h"
#include <gst/base/gstbasetransform.h>
