// SPDX-License-Identifier: LGPL-2.1-or-later
// A Kafka cluster: each event is one record of a topic, with the camera as its key.
#pragma once

#include "http/network_thread.h"
#include "kafka/producer.h"
#include "publish/credentials.h"
#include "publish/target.h"

#include <functional>
#include <memory>
#include <string>

namespace ooto::publish
{

struct KafkaTargetSettings {
    kafka::ProducerSettings producer; ///< its credentials are asked for instead
    std::string topic;                ///< of events that name none; empty: those are rejected
};

/** Thread-bound, as all targets. */
class KafkaTarget : public Target
{
public:
    /**
     * @param thread the publisher's own, on which all calls come
     * @param credentials asked at the start and by credentialsChanged()
     */
    KafkaTarget(KafkaTargetSettings settings, http::NetworkThread &thread,
                std::function<Credentials()> credentials);
    ~KafkaTarget() override;

    Window window() const override { return {.all = 100, .perCamera = 100}; }
    void open(Handlers handlers) override;
    void send(Outgoing outgoing) override;
    void credentialsChanged() override;
    void close(std::chrono::milliseconds longest) override;

private:
    class Sender;
    std::shared_ptr<Sender> sender_;
};

} // namespace ooto::publish
