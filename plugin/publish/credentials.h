// SPDX-License-Identifier: LGPL-2.1-or-later
// What a target wants to know before it takes anything.
#pragma once

#include "system/secret.h"

#include <compare>
#include <string>
#include <vector>

namespace ooto::publish
{

struct Credentials {
    std::string uri; ///< from the file; empty: that of the property
    std::string userId;
    system::Secret password;
    system::Secret token;                ///< HTTP: `Authorization: Bearer`
    std::vector<system::Secret> secrets; ///< HTTP: Standard Webhooks, `whsec_…`; two while rotated

    auto operator<=>(const Credentials &) const = default;
};

} // namespace ooto::publish
