// SPDX-License-Identifier: LGPL-2.1-or-later
// Addresses of cameras and targets, as far as they can be judged without connecting.
#pragma once

#include <optional>
#include <string>

namespace ooto::watch
{

/** @return what is wrong, for people, without any part of the address; nothing: it may be tried */
std::optional<std::string> wrongInCameraUri(const std::string &uri);

/** The same of ootopublish's property `uri`; the element knows the rest. */
std::optional<std::string> wrongInTargetUri(const std::string &uri);

/** The path of a file: uri; nothing for others. */
std::optional<std::string> fileOfUri(const std::string &uri);

} // namespace ooto::watch
