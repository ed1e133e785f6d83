// SPDX-License-Identifier: LGPL-2.1-or-later
// The property `uri`, taken apart.
#pragma once

#include "core/base/expected.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace ooto::publish
{

enum class Scheme { File, Unix, Tcp, Mqtt, Http };

struct TargetUri {
    Scheme scheme = Scheme::File;
    bool tls = false;       ///< mqtts, https
    std::string whole;      ///< as it was given; never to be shown
    std::string host;       ///< without brackets
    std::uint16_t port = 0; ///< the scheme's own where none is given
    std::string path;       ///< of a file or socket, absolute; MQTT: the prefix of topics
    std::string userId;     ///< MQTT
    // MQTT, behind the `?`.
    std::string clientId;
    int qos = 1;
    std::chrono::seconds keepAlive{30};
    int version = 5; ///< 5, or 4 for 3.1.1

    /** The same with scheme and host only, of files and sockets with their path. */
    std::string shown() const;
    /** Whether it is on this machine, as far as its name says. */
    bool isLocal() const;
};

/** @return the target, or a text for people that shows no more than scheme and host */
core::Expected<TargetUri, std::string> parseTargetUri(const std::string &uri);

/** Any text that is meant to be a uri: scheme and host only where it has these, for DOT and logs.
 */
std::string shownUri(const std::string &uri);

} // namespace ooto::publish
