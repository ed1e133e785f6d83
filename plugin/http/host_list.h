// SPDX-License-Identifier: LGPL-2.1-or-later
// URLs that name several hosts, as those of clusters do.
#pragma once

#include <string>
#include <vector>

namespace ooto::http
{

/** `scheme://user@a,b:1/x` → `scheme://user@a/x`, `scheme://user@b:1/x`; others as they are. */
std::vector<std::string> uriPerHost(const std::string &uri);

} // namespace ooto::http
