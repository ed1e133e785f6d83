// SPDX-License-Identifier: LGPL-2.1-or-later
// Values of the headers `Authorization` and `Proxy-Authorization`.
#pragma once

#include "system/secret.h"

#include <string>

namespace ooto::http
{

/** RFC 7617. @param id without a colon */
system::Secret basicAuthorization(const std::string &id, const system::Secret &password);

/** RFC 6750. */
system::Secret bearerAuthorization(const system::Secret &token);

} // namespace ooto::http
