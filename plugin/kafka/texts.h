// SPDX-License-Identifier: LGPL-2.1-or-later
// What brokers or librdkafka said, and what that means.
#pragma once

#include "kafka/client.h"
#include "kafka/producer.h"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <string>

namespace ooto::kafka
{

/** Of a record that was given up since something else failed: says nothing of its own. */
bool isConsequence(rd_kafka_resp_err_t error);

/** The record will never be taken, or another one of its batch. */
bool isForTheRecord(rd_kafka_resp_err_t error);

/** @param detail librdkafka's own text, where there is one */
Outcome outcomeOf(rd_kafka_resp_err_t error, const std::string &detail,
                  const ProducerSettings &settings);

/** A client could not even be made. @param problem librdkafka's text */
Outcome unusable(const std::string &problem, const ProducerSettings &settings);

Outcome noPassword(const ProducerSettings &settings);

/** No broker is connected. @param last why, as far as it is known */
std::string awayText(const Trouble &last, const ProducerSettings &settings);

/** Nothing was acknowledged for so long. */
std::string silenceText(std::chrono::nanoseconds time, const ProducerSettings &settings);

} // namespace ooto::kafka
