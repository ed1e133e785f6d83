// SPDX-License-Identifier: LGPL-2.1-or-later
// A broker: each event is one message, and states are retained beside them.
#pragma once

#include "http/network_thread.h"
#include "mqtt/connection.h"
#include "publish/credentials.h"
#include "publish/target.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ooto::publish
{

struct MqttTargetSettings {
    mqtt::ConnectionSettings connection; ///< its credentials are asked for instead
    std::string topic; ///< of the property: each event goes there, and no photo; empty: `address`
    int qos = 1;       ///< of events; 0: delivered as soon as they are handed over
};

/** What the publisher adds; all is called on its thread. */
struct MqttTargetParts {
    /** asked at the start and by credentialsChanged() */
    std::function<Credentials()> credentials;
    /**
     * Photos, then the event itself, which is last. QoS, expiry, content type and `event-id` of the
     * event are set by the target, expiry and `event-id` of photos, too.
     */
    std::function<std::vector<mqtt::Publication>(const Outgoing &outgoing)> address;
    /** At each CONNACK: now all that is retained has to be said again, by publishStates(). */
    std::function<void(int version)> onConnected;
    /** What close() says at last. */
    std::function<std::vector<mqtt::Publication>()> farewells;
};

/** Thread-bound, as all targets. */
class MqttTarget : public Target
{
public:
    /** @param thread the publisher's own, on which all calls come */
    MqttTarget(MqttTargetSettings settings, http::NetworkThread &thread, MqttTargetParts parts);
    ~MqttTarget() override;

    Window window() const override { return {.all = 20, .perCamera = 20}; }
    void open(Handlers handlers) override;
    bool canSend() const override;
    void send(Outgoing outgoing) override;
    void credentialsChanged() override;
    void close(std::chrono::milliseconds longest) override;

    /**
     * Retained states, with QoS 1. Without a connection they are dropped, as onConnected asks for
     * all of them. Of a topic only the newest waits; a denial becomes the target's state.
     */
    void publishStates(std::vector<mqtt::Publication> states);

private:
    class Sender;
    std::shared_ptr<Sender> sender_;
};

} // namespace ooto::publish
