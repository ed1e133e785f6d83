// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/kafka_cluster.h"

#include "support/c11_threads.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <utility>

namespace ooto::test
{

namespace
{

rd_kafka_t *makeClient(rd_kafka_type_t type,
                       const std::vector<std::pair<const char *, std::string>> &settings)
{
    std::array<char, 512> problem{};
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    for (const auto &[name, value] : settings)
        EXPECT_EQ(
            rd_kafka_conf_set(configuration, name, value.c_str(), problem.data(), problem.size()),
            RD_KAFKA_CONF_OK)
            << problem.data();
    rd_kafka_t *client = rd_kafka_new(type, configuration, problem.data(), problem.size());
    EXPECT_NE(client, nullptr) << problem.data();
    return client;
}

} // namespace

KafkaCluster::KafkaCluster(int brokers, int partitions)
    : count_(brokers),
      owner_(makeClient(RD_KAFKA_PRODUCER,
                        {{"bootstrap.servers", "127.0.0.1:9"}, {"log_level", "0"}})),
      cluster_(rd_kafka_mock_cluster_new(owner_, brokers)),
      addresses_(rd_kafka_mock_cluster_bootstraps(cluster_))
{
    createTopic("ooto", partitions);
}

KafkaCluster::~KafkaCluster()
{
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(owner_);
}

void KafkaCluster::createTopic(const std::string &name, int partitions)
{
    rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1);
}

void KafkaCluster::hideTopic(const std::string &name)
{
    rd_kafka_mock_topic_set_error(cluster_, name.c_str(), RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
}

void KafkaCluster::showTopic(const std::string &name)
{
    rd_kafka_mock_topic_set_error(cluster_, name.c_str(), RD_KAFKA_RESP_ERR_NO_ERROR);
}

void KafkaCluster::goDown()
{
    for (int broker = 1; broker <= count_; ++broker)
        rd_kafka_mock_broker_set_down(cluster_, broker);
}

void KafkaCluster::comeUp()
{
    for (int broker = 1; broker <= count_; ++broker)
        rd_kafka_mock_broker_set_up(cluster_, broker);
}

void KafkaCluster::answerAfter(std::chrono::milliseconds delay)
{
    for (int broker = 1; broker <= count_; ++broker)
        rd_kafka_mock_broker_set_rtt(cluster_, broker, static_cast<int>(delay.count()));
    // The cluster's own thread does it, some time.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

void KafkaCluster::answer(std::int16_t request, const std::vector<rd_kafka_resp_err_t> &errors)
{
    rd_kafka_mock_push_request_errors_array(cluster_, request, errors.size(), errors.data());
}

KafkaReader::KafkaReader(const KafkaCluster &cluster, const std::string &topic, int partitions)
    : consumer_(makeClient(RD_KAFKA_CONSUMER, {{"bootstrap.servers", cluster.brokers()},
                                               {"group.id", "reader"},
                                               {"enable.auto.commit", "false"},
                                               {"auto.offset.reset", "earliest"},
                                               {"fetch.wait.max.ms", "20"},
                                               {"reconnect.backoff.ms", "20"},
                                               {"reconnect.backoff.max.ms", "200"},
                                               {"log_level", "0"}}))
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int partition = 0; partition < partitions; ++partition)
        rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    EXPECT_EQ(rd_kafka_assign(consumer_, list), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_partition_list_destroy(list);
    thread_ = std::thread([this] { read(); });
}

KafkaReader::~KafkaReader()
{
    ends_ = true;
    thread_.join();
    rd_kafka_destroy_flags(consumer_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void KafkaReader::read()
{
    while (!ends_) {
        rd_kafka_message_t *came = rd_kafka_consumer_poll(consumer_, 20);
        if (!came)
            continue;
        if (came->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            KafkaMessage message;
            message.partition = came->partition;
            message.key.assign(static_cast<const char *>(came->key), came->key_len);
            message.value.assign(static_cast<const char *>(came->payload), came->len);
            message.timeMs = rd_kafka_message_timestamp(came, nullptr);
            rd_kafka_headers_t *headers = nullptr;
            rd_kafka_message_headers(came, &headers);
            const char *name = nullptr;
            const void *value = nullptr;
            std::size_t size = 0;
            for (std::size_t i = 0;
                 headers && rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
                                RD_KAFKA_RESP_ERR_NO_ERROR;
                 ++i)
                message.headers[name].assign(static_cast<const char *>(value), size);
            messages_.lock()->push_back(std::move(message));
        }
        rd_kafka_message_destroy(came);
    }
}

std::vector<KafkaMessage> KafkaReader::firstComings()
{
    std::vector<KafkaMessage> first;
    std::set<std::string> known;
    for (KafkaMessage &message : all()) {
        if (known.insert(message.headers["event-id"]).second)
            first.push_back(std::move(message));
    }
    return first;
}

std::vector<KafkaMessage> KafkaReader::waitFor(std::size_t count)
{
    eventually([&] { return firstComings().size() >= count; });
    return firstComings();
}

} // namespace ooto::test
