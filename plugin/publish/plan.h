// SPDX-License-Identifier: LGPL-2.1-or-later
// What settings came to, once they were checked.
#pragma once

#include "publish/settings.h"
#include "publish/target_uri.h"
#include "publish/template.h"

#include <memory>
#include <string>
#include <vector>

namespace ooto::publish
{

struct Plan {
    Settings settings; ///< as they were at the start
    TargetUri uri;
    std::shared_ptr<const Template> format; ///< null: `ooto`
    std::vector<std::string> warnings;      ///< for people, at the start
};

} // namespace ooto::publish
