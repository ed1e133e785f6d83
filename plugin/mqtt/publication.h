// SPDX-License-Identifier: LGPL-2.1-or-later
// A message for a broker.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ooto::mqtt
{

struct Publication {
    std::string topic;
    std::string payload{}; ///< bytes; empty and retained: the topic is emptied
    int qos = 1;
    bool retain = false;
    // MQTT 5 only.
    std::optional<std::chrono::seconds> expiry{};
    std::string contentType{};
    std::vector<std::pair<std::string, std::string>> userProperties{};

    bool operator==(const Publication &) const = default;
};

} // namespace ooto::mqtt
