// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/elements.h"

#include "identify/gstootoidentify.h"
#include "metadata/faces_meta.h"
#include "overlay/gstootooverlay.h"
#include "publish/gstootopublish.h"

namespace ooto::test
{

void registerElements()
{
    GST_ELEMENT_REGISTER(ootoidentify, nullptr);
    GST_ELEMENT_REGISTER(ootooverlay, nullptr);
    GST_ELEMENT_REGISTER(ootopublish, nullptr);
    metadata::registerFacesMeta();
}

} // namespace ooto::test
