// SPDX-License-Identifier: LGPL-2.1-or-later
// What a cluster says when it does not take a record, and what becomes of the others.
#include "producing.h"
#include "support/certificates.h"
#include "support/strict_broker.h"
#include "support/web_server.h"

#include <glib.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using Kind = kafka::Outcome::Kind;

TEST(ProducerTrouble, isNoneWhereLibrdkafkaTriesAgainByItself)
{
    KafkaCluster cluster;
    KafkaReader reader(cluster);
    Producing producing(settingsFor(cluster.brokers()));
    cluster.answer(produceRequest, {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                                    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                    RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT});
    producing.sendMany(1, 50);
    ASSERT_TRUE(producing.waitFor(Kind::Delivered, 50));
    EXPECT_EQ(producing.done().size(), 50U);
    EXPECT_EQ(reader.waitFor(50).size(), 50U);
    EXPECT_TRUE(isInOrder(reader));
}

TEST(ProducerTrouble, rejectsWhatIsTooLargeHereAlone)
{
    KafkaCluster cluster;
    kafka::ProducerSettings settings = settingsFor(cluster.brokers());
    settings.options = {{"message.max.bytes", "2000"}};
    Producing producing(settings);
    producing.send(1);
    kafka::Record large = recordOf(2);
    large.value = std::string(5000, 'x');
    producing.producer().send(2, large);
    producing.send(3);
    ASSERT_TRUE(producing.waitFor(Kind::Delivered, 2));
    ASSERT_EQ(producing.count(Kind::Rejected), 1U);
    EXPECT_TRUE(has(producing.text(Kind::Rejected), "max.message.bytes"));
}

/** A broker judges a batch as a whole. */
TEST(ProducerTrouble, rejectsOnlyTheRecordThatIsNotTaken)
{
    KafkaCluster cluster;
    KafkaReader reader(cluster);
    Producing producing(settingsFor(cluster.brokers()));
    cluster.answer(produceRequest, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
    for (kafka::Producer::Token number = 1; number <= 20; ++number)
        producing.send(number);
    ASSERT_TRUE(producing.waitFor(Kind::Delivered, 20));
    EXPECT_EQ(producing.done().size(), 20U) << "in a batch anyone may be meant";
    cluster.answer(produceRequest, {RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_NO_ERROR,
                                    RD_KAFKA_RESP_ERR_INVALID_RECORD});
    for (kafka::Producer::Token number = 21; number <= 40; ++number)
        producing.send(number);
    ASSERT_TRUE(eventually([&] { return producing.done().size() == 40; }));
    EXPECT_EQ(producing.count(Kind::Rejected), 1U);
    EXPECT_EQ(producing.count(Kind::Delivered), 39U);
    EXPECT_EQ(reader.waitFor(39).size(), 39U);
    EXPECT_TRUE(isInOrder(reader));
}

TEST(ProducerTrouble, keepsWhatTheUserMayNotWrite)
{
    KafkaCluster cluster;
    Producing producing(settingsFor(cluster.brokers()));
    cluster.answer(produceRequest, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
    producing.send(1);
    producing.send(2);
    ASSERT_TRUE(producing.waitFor(Kind::Unauthorized));
    EXPECT_TRUE(has(producing.text(Kind::Unauthorized), "right to write"));
    ASSERT_TRUE(eventually([&] { return producing.done().size() == 2; }));
    producing.send(1);
    producing.send(2);
    EXPECT_TRUE(producing.waitFor(Kind::Delivered, 2));
}

TEST(ProducerTrouble, namesTheRightThatIdempotenceTakes)
{
    KafkaCluster cluster;
    Producing producing(settingsFor(cluster.brokers()));
    cluster.answer(initProducerIdRequest, {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED});
    producing.send(1);
    ASSERT_TRUE(producing.waitFor(Kind::Unauthorized));
    EXPECT_TRUE(has(producing.text(Kind::Unauthorized), "IdempotentWrite"));
    producing.send(1);
    EXPECT_TRUE(producing.waitFor(Kind::Delivered)) << "by another client";
}

TEST(ProducerTrouble, thatIsFatalTakesANewClientWhichGoesOn)
{
    KafkaCluster cluster;
    KafkaReader reader(cluster);
    Producing producing(settingsFor(cluster.brokers()));
    producing.sendMany(1, 10);
    ASSERT_TRUE(producing.waitFor(Kind::Delivered, 10));
    cluster.answer(produceRequest, {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
    producing.sendMany(11, 30);
    ASSERT_TRUE(eventually([&] { return producing.done().size() == 30; }));
    const std::size_t failed = producing.count(Kind::Failed);
    EXPECT_GT(failed, 0U);
    const auto done = producing.done();
    for (const auto &[token, outcome] : done) {
        if (outcome.kind == Kind::Failed)
            producing.send(token, "camera-" + std::to_string(token % 5));
    }
    ASSERT_TRUE(producing.waitFor(Kind::Delivered, 30));
    EXPECT_EQ(reader.waitFor(30).size(), 30U);
    EXPECT_TRUE(isInOrder(reader));
    const auto logs = producing.logs();
    EXPECT_TRUE(std::any_of(logs.begin(), logs.end(),
                            [](const std::string &text) { return has(text, "FATAL"); }));
}

TEST(ProducerTrouble, isTheLackOfAPassword)
{
    KafkaCluster cluster;
    kafka::ProducerSettings settings = settingsFor(cluster.brokers());
    settings.userId = "camera";
    Producing producing(settings);
    producing.send(1);
    ASSERT_TRUE(producing.waitFor(Kind::Unauthorized));
    EXPECT_TRUE(has(producing.text(Kind::Unauthorized), "user-pw"));
    producing.producer().setCredentials({}, {});
    producing.send(1);
    EXPECT_TRUE(producing.waitFor(Kind::Delivered));
}

TEST(ProducerTrouble, isAFileThatCannotBeUsed)
{
    kafka::ProducerSettings settings = settingsFor("127.0.0.1:9");
    settings.tls = true;
    settings.sslCaFile = "/nowhere/ca.pem";
    Producing producing(settings);
    producing.send(1);
    ASSERT_TRUE(producing.waitFor(Kind::Unreached));
    EXPECT_TRUE(has(producing.text(Kind::Unreached), "ssl-ca-file"));
}

TEST(ProducerTrouble, isAPasswordThatIsRefused)
{
    StrictBroker broker("SCRAM-SHA-512");
    kafka::ProducerSettings settings = settingsFor(broker.address());
    settings.userId = "camera";
    settings.password = system::Secret("s3cret-pass");
    Producing producing(settings);
    producing.send(1);
    ASSERT_TRUE(producing.waitFor(Kind::Unauthorized));
    const std::string text = producing.text(Kind::Unauthorized);
    EXPECT_TRUE(has(text, "user-pw")) << text;
    EXPECT_TRUE(has(text, "SCRAM-SHA-512")) << text;
    EXPECT_FALSE(has(text, "s3cret")) << text;
    EXPECT_TRUE(has(broker.heard(), "SCRAM-SHA-512"));
    EXPECT_TRUE(has(broker.heard(), "n=camera"));
    EXPECT_FALSE(has(broker.heard(), "s3cret")) << "it proves that it knows it";
    for (const std::string &log : producing.logs())
        EXPECT_FALSE(has(log, "s3cret")) << log;
}

TEST(ProducerTrouble, isAMechanismThatTheClusterLacks)
{
    StrictBroker broker("SCRAM-SHA-256");
    kafka::ProducerSettings settings = settingsFor(broker.address());
    settings.userId = "camera";
    settings.password = system::Secret("s3cret-pass");
    settings.options = {{"sasl.mechanism", "PLAIN"}};
    Producing producing(settings);
    producing.send(1);
    ASSERT_TRUE(producing.waitFor(Kind::Unauthorized));
    EXPECT_TRUE(has(producing.text(Kind::Unauthorized), "PLAIN"))
        << producing.text(Kind::Unauthorized);
    EXPECT_TRUE(has(broker.heard(), "PLAIN"));
}

class ProducerTls : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!certificates_.made())
            GTEST_SKIP() << "the program openssl is missing";
    }
    static std::string brokerOf(const WebServer &server)
    {
        const std::string url = server.url();
        const std::size_t host = url.find("//") + 2;
        return url.substr(host, url.find('/', host) - host);
    }
    kafka::ProducerSettings settingsOf(const std::string &ca, bool strict = true) const
    {
        kafka::ProducerSettings settings = settingsFor({});
        settings.tls = true;
        settings.sslCaFile = ca;
        settings.sslStrict = strict;
        return settings;
    }
    /**
     * What a producer says of a server with this certificate, which speaks no Kafka.
     * @param clientCa whose signature the producer's own needs; empty: it needs none
     */
    static std::string saidOf(const std::string &certificate, kafka::ProducerSettings settings,
                              const std::string &clientCa = {})
    {
        WebServer server([](const WebRequest &) { return WebResponse(); }, certificate, clientCa);
        settings.brokers = brokerOf(server);
        Producing producing(std::move(settings));
        producing.send(1);
        EXPECT_TRUE(eventually([&] { return !producing.away().empty(); }));
        const auto away = producing.away();
        return away.empty() ? "" : away.front();
    }

    const std::string noKafka = "does not answer as Kafka does";
    Certificates certificates_;
};

TEST_F(ProducerTls, believesOnlyWhomTheCaSigned)
{
    const std::string refused = "is refused";
    const kafka::ProducerSettings settings = settingsOf(certificates_.ca());
    EXPECT_TRUE(has(saidOf(certificates_.selfSigned(), settings), refused));
    EXPECT_TRUE(has(saidOf(certificates_.otherHost(), settings), refused));
    EXPECT_TRUE(has(saidOf(certificates_.expired(), settings), refused));
    EXPECT_TRUE(has(saidOf(certificates_.good(), settingsOf({})), refused))
        << "the system knows no such CA";
    // It gets further, and finds that nobody there speaks Kafka.
    EXPECT_TRUE(has(saidOf(certificates_.good(), settings), noKafka));
    EXPECT_TRUE(has(saidOf(certificates_.selfSigned(), settingsOf({}, false)), noKafka));
}

TEST_F(ProducerTls, doesNotPullTheProcessDownThatEnds)
{
    WebServer server([](const WebRequest &) { return WebResponse(); }, certificates_.good());
    const std::string broker = brokerOf(server);
    for (int i = 0; i < 60; ++i) {
        const std::string wait = std::to_string(i % 30);
        const std::string ca = certificates_.ca();
        const char *line[] = {std::getenv("OOTO_LEAVING_PRODUCER"), broker.c_str(), ca.c_str(),
                              wait.c_str(), nullptr};
        int status = -1;
        ASSERT_TRUE(g_spawn_sync(nullptr, const_cast<char **>(line), nullptr, G_SPAWN_DEFAULT,
                                 nullptr, nullptr, nullptr, nullptr, &status, nullptr));
        ASSERT_EQ(status, 0) << "after " << wait << " ms";
    }
}

TEST_F(ProducerTls, showsACertificateOfItsOwn)
{
    kafka::ProducerSettings settings = settingsOf(certificates_.ca());
    const std::string without = saidOf(certificates_.good(), settings, certificates_.ca());
    EXPECT_FALSE(has(without, noKafka)) << without;
    settings.sslCertFile = certificates_.clientCertificate();
    settings.sslKeyFile = certificates_.clientKey();
    EXPECT_TRUE(has(saidOf(certificates_.good(), settings, certificates_.ca()), noKafka));
}

} // namespace
} // namespace ooto::test
