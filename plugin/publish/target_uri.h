// SPDX-License-Identifier: LGPL-2.1-or-later
// The property `uri`, taken apart.
#pragma once

#include "core/base/expected.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ooto::publish
{

enum class Scheme { File, Unix, Tcp, Mqtt, Http, Kafka };

/** One of a cluster. */
struct BrokerAddress {
    std::string host; ///< without brackets
    std::uint16_t port = 0;
};

struct TargetUri {
    Scheme scheme = Scheme::File;
    bool tls = false;       ///< mqtts, https, kafkas
    std::string whole;      ///< as it was given; never to be shown
    std::string host;       ///< without brackets; Kafka: the first one
    std::uint16_t port = 0; ///< the scheme's own where none is given
    /** Of a file or socket, absolute; MQTT: the prefix of topics; Kafka: the topic, may be empty.
     */
    std::string path;
    std::string userId; ///< MQTT, Kafka
    // MQTT and Kafka, behind the `?`.
    std::string clientId;
    // MQTT.
    int qos = 1;
    std::chrono::seconds keepAlive{30};
    int version = 5; ///< 5, or 4 for 3.1.1
    // Kafka.
    std::vector<BrokerAddress> brokers;
    std::vector<std::pair<std::string, std::string>> options; ///< librdkafka's names

    /** The same with scheme and hosts only, of files and sockets with their path. */
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
