// SPDX-License-Identifier: LGPL-2.1-or-later
// librdkafka's own mock cluster, and somebody who reads what was written to it.
#pragma once

#include "core/base/guarded.h"
#include "support/eventually.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace ooto::test
{

/** Numbers of requests in Kafka's protocol. */
inline constexpr std::int16_t produceRequest = 0;
inline constexpr std::int16_t initProducerIdRequest = 22;

/** On free ports of 127.0.0.1, in this process. */
class KafkaCluster
{
public:
    /** With the topic `ooto`. */
    explicit KafkaCluster(int brokers = 1, int partitions = 4);
    ~KafkaCluster();
    KafkaCluster(const KafkaCluster &) = delete;
    KafkaCluster &operator=(const KafkaCluster &) = delete;

    /** `127.0.0.1:port`, by commas. */
    const std::string &brokers() const { return addresses_; }
    void createTopic(const std::string &name, int partitions = 1);
    void hideTopic(const std::string &name);
    void showTopic(const std::string &name);
    /** Their connections break, and nobody listens. */
    void goDown();
    void comeUp();
    /** Answers come so late: what a frozen cluster looks like. */
    void answerAfter(std::chrono::milliseconds delay);
    /** The next requests of the kind get these answers. */
    void answer(std::int16_t request, const std::vector<rd_kafka_resp_err_t> &errors);

private:
    const int count_;
    rd_kafka_t *owner_ = nullptr;
    rd_kafka_mock_cluster_t *cluster_ = nullptr;
    std::string addresses_;
};

struct KafkaMessage {
    int partition = 0;
    std::string key;
    std::string value;
    std::map<std::string, std::string> headers;
    std::int64_t timeMs = 0; ///< since 1970
};

/** Reads a topic from its beginning, on a thread of its own. */
class KafkaReader
{
public:
    explicit KafkaReader(const KafkaCluster &cluster, const std::string &topic = "ooto",
                         int partitions = 4);
    ~KafkaReader();
    KafkaReader(const KafkaReader &) = delete;
    KafkaReader &operator=(const KafkaReader &) = delete;

    /** In the order of each partition. */
    std::vector<KafkaMessage> all() { return *messages_.lock(); }
    /** Each event once, by its header `event-id`, as a consumer that drops what it knows. */
    std::vector<KafkaMessage> firstComings();
    /** Until there are so many different ones, or `patience` is over. */
    std::vector<KafkaMessage> waitFor(std::size_t count);

private:
    void read();

    rd_kafka_t *consumer_ = nullptr;
    core::Guarded<std::vector<KafkaMessage>> messages_;
    std::atomic<bool> ends_ = false;
    std::thread thread_;
};

} // namespace ooto::test
