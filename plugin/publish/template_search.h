// SPDX-License-Identifier: LGPL-2.1-or-later
// Where templates lie.
#pragma once

#include "core/base/expected.h"
#include "publish/template_mistake.h"

#include <string>

namespace ooto::publish
{

/**
 * The file of a template: `ooto/publish/<name>.mustache` of the user's data folder, of those of the
 * system (XDG_DATA_HOME, XDG_DATA_DIRS), or of the prefix that this was built for; the first wins.
 * @param nameOrPath with a slash: a path, which is taken as it is
 * @return the path, or a mistake that lists the names that there are
 */
core::Expected<std::string, TemplateMistake> findTemplate(const std::string &nameOrPath);

} // namespace ooto::publish
