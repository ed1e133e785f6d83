// SPDX-License-Identifier: LGPL-2.1-or-later
// Which names a browser may have for us: a page of others can give its own name our address, and
// then read what we say (DNS rebinding).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ooto::watch
{

class AllowedHosts
{
public:
    /** @param names beside `localhost` and all addresses, without ports */
    explicit AllowedHosts(const std::vector<std::string> &names);

    /** @param hostHeader the value of `Host`, with or without a port */
    bool allows(std::string_view hostHeader) const;

private:
    std::vector<std::string> names_; ///< lower case
};

/** Whether `Origin` is a page of the server that `Host` names. */
bool isSameOrigin(std::string_view originHeader, std::string_view hostHeader);

} // namespace ooto::watch
