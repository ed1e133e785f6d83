// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody wants of `/cameras/NAME/active`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ooto::watch
{

/** NAME of such a path, decoded; nothing for any other path. @param path percent-encoded */
std::optional<std::string> switchedCamera(std::string_view path);

/** Of a body `{"active": false}`, or `false`; nothing where it is neither. */
std::optional<bool> switchedTo(std::string_view body);

} // namespace ooto::watch
