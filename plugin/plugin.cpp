// SPDX-License-Identifier: LGPL-2.1-or-later
// Registration of the plugin and its elements, and nothing else.
#include "identify/gstootoidentify.h"
#include "overlay/gstootooverlay.h"
#include "publish/gstootopublish.h"

#include <gst/gst.h>

static gboolean pluginInit(GstPlugin *plugin)
{
    gboolean registered = GST_ELEMENT_REGISTER(ootoidentify, plugin);
    registered &= GST_ELEMENT_REGISTER(ootooverlay, plugin);
    registered &= GST_ELEMENT_REGISTER(ootopublish, plugin);
    return registered;
}

#define PACKAGE "gst-ooto"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, ooto,
                  "Identifies faces in live video through an HTTP service", pluginInit,
                  OOTO_VERSION, "LGPL", "gst-ooto", "https://ooto-ai.com")
