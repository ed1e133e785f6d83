// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of ootopublish.
#pragma once

#include "element/property_table.h"
#include "publish/settings.h"

namespace ooto::publish
{

const element::PropertyTable<Settings> &publishProperties();

} // namespace ooto::publish
