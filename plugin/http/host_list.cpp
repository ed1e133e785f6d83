// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/host_list.h"

#include <algorithm>

namespace ooto::http
{

std::vector<std::string> uriPerHost(const std::string &uri)
{
    const std::size_t scheme = uri.find("://");
    if (scheme == std::string::npos)
        return {uri};
    std::size_t begin = scheme + 3;
    const std::size_t end = std::min(uri.find_first_of("/?#", begin), uri.size());
    const std::size_t user = uri.substr(0, end).rfind('@');
    if (user != std::string::npos && user >= begin)
        begin = user + 1;
    const std::string head = uri.substr(0, begin);
    const std::string tail = uri.substr(end);
    std::vector<std::string> all;
    for (std::size_t at = begin; at <= end;) {
        const std::size_t comma = std::min(uri.find(',', at), end);
        all.push_back(head + uri.substr(at, comma - at) + tail);
        at = comma + 1;
    }
    return all;
}

} // namespace ooto::http
