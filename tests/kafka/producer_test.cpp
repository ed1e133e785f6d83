// SPDX-License-Identifier: LGPL-2.1-or-later
// Records on their way to a cluster that comes and goes.
#include "producing.h"

#include <gtest/gtest.h>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using Kind = kafka::Outcome::Kind;

TEST(Producer, writesKeyValueHeadersAndTime)
{
    KafkaCluster cluster;
    Producing producing(settingsFor(cluster.brokers()));
    kafka::Record record = recordOf(1);
    record.value = std::string("a\0b", 3);
    record.time = std::chrono::system_clock::time_point(1234567890123ms);
    producing.producer().send(1, record);
    ASSERT_TRUE(producing.waitFor(Kind::Delivered));
    KafkaReader reader(cluster);
    const auto messages = reader.waitFor(1);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].key, "door");
    EXPECT_EQ(messages[0].value, record.value);
    EXPECT_EQ(messages[0].timeMs, 1234567890123);
    EXPECT_EQ(messages[0].headers,
              (std::map<std::string, std::string>{{"event-id", "1"}, {"type", "new"}}));
}

/** Of org.apache.kafka.common.utils.UtilsTest. */
TEST(Producer, choosesThePartitionThatJavaClientsChoose)
{
    constexpr int partitions = 7;
    const std::map<std::string, std::int32_t> murmur2{{"21", -973932308},
                                                      {"foobar", -790332482},
                                                      {"a-little-bit-long-string", -985981536},
                                                      {"a-little-bit-longer-string", -1486304829},
                                                      {"abc", 479470107}};
    KafkaCluster cluster;
    cluster.createTopic("seven", partitions);
    Producing producing(settingsFor(cluster.brokers()));
    kafka::Producer::Token number = 0;
    for (const auto &[key, hash] : murmur2)
        producing.send(++number, key, "seven");
    ASSERT_TRUE(producing.waitFor(Kind::Delivered, murmur2.size()));
    KafkaReader reader(cluster, "seven", partitions);
    const auto messages = reader.waitFor(murmur2.size());
    ASSERT_EQ(messages.size(), murmur2.size());
    for (const KafkaMessage &message : messages)
        EXPECT_EQ(message.partition, (murmur2.at(message.key) & 0x7fffffff) % partitions)
            << message.key;
}

TEST(Producer, goesOnThroughAShortOutageByItself)
{
    KafkaCluster cluster(3);
    KafkaReader reader(cluster);
    Producing producing(settingsFor(cluster.brokers()));
    for (kafka::Producer::Token first = 1; first <= 451; first += 50) {
        producing.sendMany(first, first + 49);
        if (first % 150 == 1)
            cluster.goDown();
        std::this_thread::sleep_for(50ms);
        cluster.comeUp();
        ASSERT_TRUE(producing.waitFor(Kind::Delivered, first + 49));
    }
    EXPECT_EQ(producing.done().size(), 500U);
    EXPECT_EQ(reader.waitFor(500).size(), 500U);
    EXPECT_TRUE(isInOrder(reader));
}

TEST(Producer, saysThatNobodyIsThereAndGoesOnWithTheNext)
{
    KafkaCluster cluster;
    cluster.goDown();
    kafka::ProducerSettings settings = settingsFor(cluster.brokers());
    settings.timeout = 2500ms;
    Producing producing(settings);
    producing.sendMany(1, 10);
    ASSERT_TRUE(eventually([&] { return !producing.away().empty(); }));
    EXPECT_TRUE(has(producing.away()[0], "refuses connections")) << producing.away()[0];
    EXPECT_TRUE(producing.done().empty()) << "they wait";
    ASSERT_TRUE(producing.waitFor(Kind::Unreached, 10));
    EXPECT_TRUE(has(producing.text(Kind::Unreached), "refuses connections"));
    cluster.comeUp();
    producing.sendMany(11, 20);
    ASSERT_TRUE(producing.waitFor(Kind::Delivered, 10));
    KafkaReader reader(cluster);
    EXPECT_EQ(reader.waitFor(10).size(), 10U) << "what was given up does not come later";
}

TEST(Producer, givesUpWhatIsTooOldAndAllBehindIt)
{
    KafkaCluster cluster;
    cluster.goDown();
    Producing producing(settingsFor(cluster.brokers()));
    kafka::Record young = recordOf(1);
    kafka::Record old = recordOf(2);
    old.timeLeft = 300ms;
    producing.producer().send(1, young);
    producing.producer().send(2, old);
    ASSERT_TRUE(producing.waitFor(Kind::Unreached, 2));
    EXPECT_EQ(producing.done()[0].first, 1U) << "in their order";
    cluster.comeUp();
    producing.send(3);
    ASSERT_TRUE(producing.waitFor(Kind::Delivered));
    KafkaReader reader(cluster);
    reader.waitFor(1);
    EXPECT_EQ(reader.all().size(), 1U);
}

TEST(Producer, neverLetsARecordPassThoseOfItsKeyThatWereGivenUp)
{
    KafkaCluster cluster;
    KafkaReader reader(cluster);
    kafka::ProducerSettings settings = settingsFor(cluster.brokers());
    settings.timeout = 2s; // a first connection may take half a second
    Producing producing(settings);
    producing.sendMany(1, 20);
    ASSERT_TRUE(producing.waitFor(Kind::Delivered, 20));
    // They are written, and nobody hears of it in time.
    cluster.answerAfter(6s);
    producing.sendMany(21, 40);
    ASSERT_TRUE(producing.waitFor(Kind::Unreached, 20));
    EXPECT_TRUE(has(producing.text(Kind::Unreached), "acknowledged nothing for"));
    cluster.answerAfter(0ms);
    producing.sendMany(21, 60);
    ASSERT_TRUE(producing.waitFor(Kind::Delivered, 60));
    EXPECT_EQ(reader.waitFor(60).size(), 60U);
    EXPECT_GT(reader.all().size(), 60U) << "some came twice, or this tries nothing";
    EXPECT_TRUE(isInOrder(reader));
}

TEST(Producer, takesANewTopicAsSoonAsItIsThere)
{
    KafkaCluster cluster;
    cluster.createTopic("later");
    cluster.hideTopic("later");
    Producing producing(settingsFor(cluster.brokers()));
    producing.send(1, "door", "later");
    producing.send(2, "door", "later");
    ASSERT_TRUE(producing.waitFor(Kind::NotThere, 2));
    EXPECT_TRUE(has(producing.text(Kind::NotThere), "no such topic"));
    cluster.showTopic("later");
    producing.send(3, "door", "later");
    EXPECT_TRUE(producing.waitFor(Kind::Delivered));
}

TEST(Producer, endsAtOnceWhereverTheClusterIs)
{
    const auto closing = [](Producing &producing) {
        const auto begin = std::chrono::steady_clock::now();
        producing.producer().close(80ms);
        return std::chrono::steady_clock::now() - begin;
    };
    // Of what it may take, ten times: the machine may be busy.
    constexpr auto longest = 800ms;
    KafkaCluster cluster;
    {
        Producing idle(settingsFor(cluster.brokers()));
        EXPECT_LT(closing(idle), longest);
    }
    {
        Producing busy(settingsFor(cluster.brokers()));
        busy.sendMany(1, 100);
        EXPECT_LT(closing(busy), longest);
        const std::size_t told = busy.done().size();
        std::this_thread::sleep_for(100ms);
        EXPECT_EQ(busy.done().size(), told) << "nothing is called any more";
    }
    cluster.answerAfter(20s);
    {
        Producing frozen(settingsFor(cluster.brokers()));
        frozen.sendMany(1, 100);
        std::this_thread::sleep_for(100ms);
        EXPECT_LT(closing(frozen), longest);
    }
    {
        Producing lost(settingsFor("nowhere.invalid:9092"));
        lost.sendMany(1, 100);
        EXPECT_LT(closing(lost), longest);
    }
}

TEST(TopicName, isWhatKafkaTakes)
{
    EXPECT_TRUE(kafka::isTopicName("ooto"));
    EXPECT_TRUE(kafka::isTopicName("Site-1.door_2"));
    EXPECT_TRUE(kafka::isTopicName(std::string(249, 'a')));
    for (const std::string bad : {"", ".", "..", "a b", "a/b", "ä", "a\n"})
        EXPECT_FALSE(kafka::isTopicName(bad)) << bad;
    EXPECT_FALSE(kafka::isTopicName(std::string(250, 'a')));
}

TEST(Options, areThoseThatHarmNothing)
{
    for (const auto &[name, value] : kafka::Options{{"compression.type", "lz4"},
                                                    {"linger.ms", "50"},
                                                    {"sasl.mechanism", "PLAIN"},
                                                    {"partitioner", "consistent_random"}})
        EXPECT_EQ(kafka::mistakeInOption(name, value), "") << name;
    for (const auto &[name, value] :
         kafka::Options{{"sasl.password", "s3cret"},
                        {"sasl.username", "anna"},
                        {"plugin.library.paths", "/tmp/x.so"},
                        {"sasl.kerberos.kinit.cmd", "touch x"},
                        {"enable.idempotence", "false"},
                        {"acks", "0"},
                        {"ssl.ca.location", "/x"},
                        {"enable.ssl.certificate.verification", "false"},
                        {"security.protocol", "plaintext"},
                        {"colour", "red"}}) {
        const std::string mistake = kafka::mistakeInOption(name, value);
        EXPECT_TRUE(has(mistake, "linger.ms")) << mistake;
        EXPECT_FALSE(has(mistake, "s3cret")) << mistake;
    }
    for (const auto &[name, value] : kafka::Options{{"linger.ms", "soon"},
                                                    {"compression.type", "rar"},
                                                    {"sasl.mechanism", "GSSAPI"},
                                                    {"batch.num.messages", "0"}})
        EXPECT_TRUE(has(kafka::mistakeInOption(name, value), name)) << name;
}

} // namespace
} // namespace ooto::test
