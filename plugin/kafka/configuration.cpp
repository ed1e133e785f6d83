// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kafka/configuration.h"

#include "system/plain_text.h"

#include <algorithm>
#include <array>

namespace ooto::kafka
{

namespace
{

using std::chrono::milliseconds;

/** In the pauses of reconnecting, however long those of retries may be. */
constexpr milliseconds longestReconnectPause{10000};
/** How long a topic that was just made may need to be known everywhere. */
constexpr milliseconds topicPropagation{3000};

void add(Options &options, const char *name, const std::string &value)
{
    options.emplace_back(name, value);
}

void add(Options &options, const char *name, milliseconds value)
{
    options.emplace_back(name, std::to_string(value.count()));
}

void addSafety(Options &options, const ProducerSettings &settings)
{
    const bool hasUser = !settings.userId.empty();
    if (settings.tls)
        add(options, "security.protocol", hasUser ? "SASL_SSL" : "SSL");
    else
        add(options, "security.protocol", hasUser ? "SASL_PLAINTEXT" : "PLAINTEXT");
    if (settings.tls) {
        add(options, "enable.ssl.certificate.verification", settings.sslStrict ? "true" : "false");
        add(options, "ssl.endpoint.identification.algorithm",
            settings.sslStrict ? "https" : "none");
        if (!settings.sslCaFile.empty())
            add(options, "ssl.ca.location", settings.sslCaFile);
        if (!settings.sslCertFile.empty()) {
            add(options, "ssl.certificate.location", settings.sslCertFile);
            add(options, "ssl.key.location",
                settings.sslKeyFile.empty() ? settings.sslCertFile : settings.sslKeyFile);
        }
    }
    if (hasUser) {
        add(options, "sasl.mechanism", usualMechanism);
        add(options, "sasl.username", settings.userId);
    }
}

/** Delivery, its order, and how much is held meanwhile. */
Options ownOptions(const ProducerSettings &settings)
{
    const milliseconds factor =
        std::clamp(settings.backoffFactor, milliseconds(10), longestReconnectPause);
    Options options;
    add(options, "bootstrap.servers", settings.brokers);
    add(options, "client.id", settings.clientId);
    add(options, "enable.idempotence", "true");
    // What fails for good ends the client, before anything of its key goes past it.
    add(options, "enable.gapless.guarantee", "true");
    // A record that timed out would be passed by those behind it; the producer looks at the time.
    add(options, "message.timeout.ms", "0");
    add(options, "partitioner", "murmur2");
    add(options, "queue.buffering.max.messages", "100");
    add(options, "queue.buffering.max.kbytes", "16384");
    add(options, "topic.metadata.propagation.max.ms", topicPropagation);
    add(options, "reconnect.backoff.ms", factor);
    add(options, "reconnect.backoff.max.ms",
        std::clamp(settings.backoffMax, factor, longestReconnectPause));
    add(options, "socket.keepalive.enable", "true");
    add(options, "statistics.interval.ms", "0");
    add(options, "log.queue", "true");
    addSafety(options, settings);
    return options;
}

} // namespace

std::string Configuration::set(const std::string &name, const std::string &value)
{
    std::array<char, 512> text{};
    if (rd_kafka_conf_set(get(), name.c_str(), value.c_str(), text.data(), text.size()) ==
        RD_KAFKA_CONF_OK)
        return {};
    return system::plainText(text.data());
}

Configuration configurationOf(const ProducerSettings &settings, bool singly, std::string &problem)
{
    Configuration configuration;
    const auto set = [&](const Options &options) {
        for (const auto &[name, value] : options) {
            const std::string wrong = configuration.set(name, value);
            if (!wrong.empty() && problem.empty())
                problem = wrong;
        }
    };
    set(ownOptions(settings));
    set(settings.options);
    if (singly)
        set({{"batch.num.messages", "1"}});
    // Apart from the others: its text would show it.
    if (!settings.userId.empty() &&
        !configuration.set("sasl.password", settings.password.reveal()).empty())
        problem = "the password cannot be used";
    return configuration;
}

} // namespace ooto::kafka
