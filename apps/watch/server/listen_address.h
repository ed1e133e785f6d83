// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the program listens, as the file says it.
#pragma once

#include "core/base/expected.h"
#include "system/handles.h"

#include <string>
#include <vector>

namespace ooto::watch
{

/** `HOST:PORT`: HOST is an IPv4 address, an IPv6 address in brackets, or `localhost`. */
struct ListenAddress {
    std::string host;  ///< without brackets
    unsigned port = 0; ///< 0 for any that is free
};

/** @return the address, or what is wrong: "`x` is no HOST:PORT: ..." */
core::Expected<ListenAddress, std::string> parseListenAddress(const std::string &text);

/** What to bind to: for `localhost` both loopback addresses. */
std::vector<system::ObjectHandle<GSocketAddress>> socketAddresses(const ListenAddress &address);

/** The address by which this machine reaches itself: loopback where it listens on all. */
ListenAddress reachableAddress(const ListenAddress &address);

/** As it stands in a URI: `[::1]:9464` */
std::string addressText(const ListenAddress &address);

} // namespace ooto::watch
