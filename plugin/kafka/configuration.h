// SPDX-License-Identifier: LGPL-2.1-or-later
// librdkafka's settings, from ours.
#pragma once

#include "kafka/producer.h"

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>

namespace ooto::kafka
{

/** Owns a configuration. */
class Configuration
{
public:
    Configuration() : configuration_(rd_kafka_conf_new()) {}

    /** @return empty, or what is wrong, which may show the value */
    std::string set(const std::string &name, const std::string &value);
    rd_kafka_conf_t *get() { return configuration_.get(); }
    rd_kafka_conf_t *release() { return configuration_.release(); }

private:
    struct Destroyer {
        void operator()(rd_kafka_conf_t *configuration) const
        {
            rd_kafka_conf_destroy(configuration);
        }
    };
    std::unique_ptr<rd_kafka_conf_t, Destroyer> configuration_;
};

/** What is set where `sasl.mechanism` is not: it does not give the password away. */
inline constexpr const char *usualMechanism = "SCRAM-SHA-512";

/**
 * All but callbacks.
 * @param singly one record a batch: brokers judge whole batches
 * @param problem empty, or what is wrong, for people
 */
Configuration configurationOf(const ProducerSettings &settings, bool singly, std::string &problem);

} // namespace ooto::kafka
