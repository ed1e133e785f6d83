// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of ootoidentify: each is declared once, with its text and its field.
#pragma once

#include "identify/settings.h"

#include <glib-object.h>

namespace ooto::identify
{

/** Installs every property but `stats`, with ids 1 .. count; @return count */
unsigned installIdentifyProperties(GObjectClass *klass);

/** Whether what is set takes effect at the next start only. */
bool waitsForStart(unsigned id);
/** Whether both have the same there; of what cannot be read nobody knows. */
bool isSameProperty(const Settings &a, const Settings &b, unsigned id);

/** @return false when there is no property of this id */
bool setIdentifyProperty(Settings &settings, unsigned id, const GValue *value);
bool getIdentifyProperty(const Settings &settings, unsigned id, GValue *value);

} // namespace ooto::identify
