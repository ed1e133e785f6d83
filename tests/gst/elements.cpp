// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst/elements.h"

#include "metadata/faces_meta.h"
#include "identify/gstootoidentify.h"
#include "overlay/gstootooverlay.h"

namespace ooto::test
{

void registerElements()
{
    GST_ELEMENT_REGISTER(ootoidentify, nullptr);
    GST_ELEMENT_REGISTER(ootooverlay, nullptr);
    gst::registerFacesMeta();
}

} // namespace ooto::test
