// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/target_maker.h"

#include "core/traffic/backoff.h"
#include "publish/file_target.h"
#include "publish/kafka_target.h"
#include "publish/mqtt_target.h"
#include "publish/socket_target.h"

#include <string>
#include <utility>

namespace ooto::publish
{

namespace
{

mqtt::ConnectionSettings connectionOf(const TargetSurroundings &around)
{
    const Settings &settings = around.plan.settings;
    const TargetUri &uri = around.plan.uri;
    const core::BackoffRules backoff =
        core::backoffRules(settings.retryBackoffFactorS, settings.retryBackoffMaxS);
    mqtt::ConnectionSettings connection;
    connection.host = uri.host;
    connection.port = uri.port;
    connection.tls = uri.tls;
    connection.sslStrict = settings.sslStrict;
    connection.sslCaFile = settings.sslCaFile;
    connection.sslCertFile = settings.sslCertFile;
    connection.sslKeyFile = settings.sslKeyFile;
    connection.clientId = uri.clientId.empty() ? around.spool.keptClientId() : uri.clientId;
    connection.keepAlive = uri.keepAlive;
    connection.version = uri.version;
    connection.timeout = settings.timeout();
    connection.backoffFactor = backoff.factor;
    connection.backoffMax = backoff.longest;
    return connection;
}

/** With the uri's own user before any other. */
std::function<Credentials()> credentialsOf(const TargetSurroundings &around)
{
    return [credentials = around.credentials, user = around.plan.uri.userId] {
        Credentials found = credentials();
        if (!user.empty())
            found.userId = user;
        return found;
    };
}

/** `host:port`, by commas. */
std::string brokersOf(const TargetUri &uri)
{
    std::string all;
    for (const BrokerAddress &broker : uri.brokers) {
        const bool isBare = broker.host.find(':') == std::string::npos;
        all += (all.empty() ? "" : ",") + (isBare ? broker.host : "[" + broker.host + "]") + ":" +
               std::to_string(broker.port);
    }
    return all;
}

std::unique_ptr<Target> makeKafkaTarget(const TargetSurroundings &around)
{
    const Settings &settings = around.plan.settings;
    const TargetUri &uri = around.plan.uri;
    const core::BackoffRules backoff =
        core::backoffRules(settings.retryBackoffFactorS, settings.retryBackoffMaxS);
    kafka::ProducerSettings producer;
    producer.brokers = brokersOf(uri);
    producer.tls = uri.tls;
    producer.sslStrict = settings.sslStrict;
    producer.sslCaFile = settings.sslCaFile;
    producer.sslCertFile = settings.sslCertFile;
    producer.sslKeyFile = settings.sslKeyFile;
    producer.clientId = uri.clientId.empty() ? around.spool.keptClientId() : uri.clientId;
    producer.options = uri.options;
    producer.timeout = settings.timeout();
    producer.backoffFactor = backoff.factor;
    producer.backoffMax = backoff.longest;
    return std::make_unique<KafkaTarget>(
        KafkaTargetSettings{.producer = std::move(producer), .topic = uri.path}, around.thread,
        credentialsOf(around));
}

std::unique_ptr<MqttLayout> layoutOf(const Plan &plan, const std::string &clientId)
{
    const Settings &settings = plan.settings;
    return std::make_unique<MqttLayout>(
        MqttLayoutSettings{.prefix = plan.uri.path,
                           .clientId = clientId,
                           .homeAssistant = settings.homeAssistant,
                           .discoveryPrefix = settings.discoveryPrefix,
                           .presenceHold = std::chrono::seconds(settings.presenceHoldS),
                           .keepIdentified = std::chrono::hours(settings.keepIdentifiedH),
                           .photos = settings.wantsMessagePhotos(),
                           .version = OOTO_VERSION});
}

/** Photos first, and the event itself last. */
std::vector<mqtt::Publication> publicationsOf(const Outgoing &outgoing, const Plan &plan,
                                              const MqttLayout *layout)
{
    std::vector<mqtt::Publication> publications;
    if (!layout) {
        publications.push_back({.topic = outgoing.topic.empty() ? plan.uri.path : outgoing.topic,
                                .payload = outgoing.body,
                                .retain = outgoing.retain});
        return publications;
    }
    if (outgoing.photo.bytes)
        publications.push_back(layout->photo(outgoing.camera, outgoing.photo, false));
    if (outgoing.frame.bytes)
        publications.push_back(layout->photo(outgoing.camera, outgoing.frame, true));
    publications.push_back(layout->event(outgoing.camera, outgoing.body));
    return publications;
}

std::unique_ptr<Target> makeMqttTarget(const TargetSurroundings &around)
{
    const Plan &plan = around.plan;
    StateBoard &board = around.board;
    mqtt::ConnectionSettings connection = connectionOf(around);
    if (!plan.format && plan.settings.topic.empty()) {
        auto layout = layoutOf(plan, connection.clientId);
        connection.will = layout->will();
        board.begin(std::move(layout));
    }
    MqttTargetParts parts;
    parts.credentials = credentialsOf(around);
    parts.address = [&plan, &board](const Outgoing &outgoing) {
        return publicationsOf(outgoing, plan, board.layout());
    };
    parts.onConnected = [&board](int) {
        board.say([](MqttLayout &layout, MqttLayout::Time now) { return layout.everything(now); });
    };
    parts.farewells = [&board] {
        return board.layout() ? board.layout()->farewells() : MqttLayout::Publications();
    };
    auto target = std::make_unique<MqttTarget>(
        MqttTargetSettings{
            .connection = std::move(connection), .topic = plan.settings.topic, .qos = plan.uri.qos},
        around.thread, std::move(parts));
    board.connect([states = target.get()](MqttLayout::Publications publications) {
        states->publishStates(std::move(publications));
    });
    return target;
}

} // namespace

HttpTargetSettings httpSettingsOf(const Settings &settings, const TargetUri &uri)
{
    return {.uri = uri.whole,
            .sslStrict = settings.sslStrict,
            .sslCaFile = settings.sslCaFile,
            .sslCertFile = settings.sslCertFile,
            .sslKeyFile = settings.sslKeyFile,
            .extraHeaders = settings.extraHeaders,
            .timeout = settings.timeout(),
            .allowHttp = settings.allowHttp,
            .userAgent = std::string("gst-ooto/") + OOTO_VERSION};
}

std::unique_ptr<Target> makeTarget(const TargetSurroundings &around)
{
    const TargetUri &uri = around.plan.uri;
    switch (uri.scheme) {
    case Scheme::File:
        return makeFileTarget(uri.path, around.thread);
    case Scheme::Unix:
    case Scheme::Tcp:
        return makeSocketTarget(uri, around.plan.settings.timeout(), around.thread);
    case Scheme::Http:
        return makeHttpTarget(httpSettingsOf(around.plan.settings, uri), around.thread,
                              around.credentials);
    case Scheme::Kafka:
        return makeKafkaTarget(around);
    case Scheme::Mqtt:
        break;
    }
    return makeMqttTarget(around);
}

} // namespace ooto::publish
