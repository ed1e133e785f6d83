// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of ootoidentify: each is declared once, with its text and its field.
#pragma once

#include "element/property_table.h"
#include "identify/settings.h"

namespace ooto::identify
{

/** Every property but `stats`. */
const element::PropertyTable<Settings> &identifyProperties();

} // namespace ooto::identify
