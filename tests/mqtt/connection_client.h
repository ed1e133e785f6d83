// SPDX-License-Identifier: LGPL-2.1-or-later
// A connection, and what it tells.
#pragma once

#include "core/base/guarded.h"
#include "mqtt/connection.h"
#include "support/mosquitto_broker.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ooto::test
{

inline mqtt::ConnectionSettings settingsFor(unsigned port)
{
    mqtt::ConnectionSettings settings;
    settings.host = "127.0.0.1";
    settings.port = static_cast<std::uint16_t>(port);
    settings.clientId = "under-test";
    settings.backoffFactor = std::chrono::milliseconds(20);
    settings.backoffMax = std::chrono::milliseconds(200);
    return settings;
}

class ConnectionClient
{
public:
    explicit ConnectionClient(mqtt::ConnectionSettings settings)
        : connection_(
              std::move(settings),
              {.onConnected = [this](int version) { told_.lock()->versions.push_back(version); },
               .onLost = [this](const mqtt::Loss &loss) { noteLoss(loss); },
               .onAck =
                   [this](mqtt::Connection::Token token, const mqtt::Ack &ack) {
                       told_.lock()->acks.emplace_back(token, ack);
                   }})
    {
        connection_.open();
    }
    ~ConnectionClient() { connection_.close({}, std::chrono::milliseconds(200)); }

    mqtt::Connection &connection() { return connection_; }
    bool publish(mqtt::Connection::Token token, const mqtt::Publication &publication)
    {
        return connection_.publish(token, publication);
    }

    std::vector<int> versions() { return told_.lock()->versions; }
    std::size_t connects() { return told_.lock()->versions.size(); }
    std::vector<mqtt::Loss> losses() { return told_.lock()->losses; }
    std::vector<std::pair<mqtt::Connection::Token, mqtt::Ack>> acks() { return told_.lock()->acks; }

    bool waitForConnects(std::size_t count)
    {
        return eventually([&] { return connects() >= count; });
    }
    bool waitForAcks(std::size_t count)
    {
        return eventually([&] { return acks().size() >= count; });
    }
    /** @return the first loss of the kind whose text has the part */
    std::optional<mqtt::Loss> waitForLoss(mqtt::Loss::Kind kind, const std::string &part = {})
    {
        std::optional<mqtt::Loss> found;
        eventually([&] {
            for (const mqtt::Loss &loss : losses()) {
                if (!found && loss.kind == kind && loss.text.find(part) != std::string::npos)
                    found = loss;
            }
            return found.has_value();
        });
        return found;
    }

private:
    struct Told {
        std::vector<int> versions;
        std::vector<mqtt::Loss> losses;
        std::vector<std::pair<mqtt::Connection::Token, mqtt::Ack>> acks;
    };
    void noteLoss(const mqtt::Loss &loss) { told_.lock()->losses.push_back(loss); }

    core::Guarded<Told> told_;
    mqtt::Connection connection_; ///< last: it calls until its end
};

} // namespace ooto::test
