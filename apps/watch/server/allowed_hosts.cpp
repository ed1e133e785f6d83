// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/allowed_hosts.h"

#include "system/handles.h"

#include <algorithm>

namespace ooto::watch
{

namespace
{

std::string lowerCase(std::string_view text)
{
    return system::CharsHandle(g_ascii_strdown(text.data(), static_cast<gssize>(text.size())))
        .get();
}

bool isPort(std::string_view text)
{
    return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == text.npos;
}

/** Without port and brackets, in lower case; empty where it is none. */
std::string hostOf(std::string_view header)
{
    const bool bracketed = header.starts_with('[');
    const auto end = bracketed ? header.find(']') : header.find(':');
    const std::string host = lowerCase(header.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0)));
    if (end == std::string_view::npos)
        return bracketed ? "" : host;
    const std::string_view rest = header.substr(end + (bracketed ? 1 : 0));
    return rest.empty() || (rest.front() == ':' && isPort(rest.substr(1))) ? host : "";
}

} // namespace

AllowedHosts::AllowedHosts(const std::vector<std::string> &names) : names_{"localhost"}
{
    for (const std::string &name : names)
        names_.push_back(lowerCase(name));
}

bool AllowedHosts::allows(std::string_view hostHeader) const
{
    std::string host = hostOf(hostHeader);
    if (host.ends_with('.'))
        host.pop_back();
    return std::find(names_.begin(), names_.end(), host) != names_.end() ||
           (!host.empty() && g_hostname_is_ip_address(host.c_str()));
}

bool isSameOrigin(std::string_view originHeader, std::string_view hostHeader)
{
    const std::string origin = lowerCase(originHeader);
    const std::string host = lowerCase(hostHeader);
    return origin == "http://" + host || origin == "https://" + host;
}

} // namespace ooto::watch
