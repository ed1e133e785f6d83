// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of cameras and targets: labels of metrics, topics, and parts of urls and files.
#pragma once

#include <optional>
#include <string>

namespace ooto::watch
{

/** @return what is wrong with the name, for people; nothing: it can be one */
std::optional<std::string> wrongInCameraName(const std::string &name);

/** The same; without spaces, which stand between the names in `publish`. */
std::optional<std::string> wrongInTargetName(const std::string &name);

} // namespace ooto::watch
