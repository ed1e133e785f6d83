// SPDX-License-Identifier: LGPL-2.1-or-later
// A broker that works: what reaches it, and how it is left.
#include "connection_client.h"
#include "support/certificates.h"
#include "support/raw_server.h"

#include <gtest/gtest.h>

namespace ooto::test
{
namespace
{

using mqtt::Loss;
using mqtt::Publication;
using std::chrono::milliseconds;

class Connection : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!MosquittoBroker::installed())
            GTEST_SKIP() << "mosquitto is not installed";
    }
};

TEST_F(Connection, publishesWithAllThatMqtt5Has)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/#");
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForConnects(1));
    EXPECT_EQ(client.versions(), std::vector<int>{5});
    const std::string bytes = std::string("\0\xff\t\n", 4) + "end";
    ASSERT_TRUE(client.publish(7, {.topic = "ooto/camera/event",
                                   .payload = bytes,
                                   .expiry = std::chrono::seconds(1000),
                                   .contentType = "image/jpeg",
                                   .userProperties = {{"event-id", "run-1"}}}));
    ASSERT_TRUE(client.waitForAcks(1));
    EXPECT_EQ(client.acks()[0].first, 7u);
    EXPECT_TRUE(client.acks()[0].second.accepted);
    const auto messages = subscriber.waitFor("ooto/camera/event");
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].payload, bytes);
    EXPECT_EQ(messages[0].qos, 1);
    EXPECT_FALSE(messages[0].retained);
    EXPECT_EQ(messages[0].contentType, "image/jpeg");
    EXPECT_EQ(messages[0].properties, "event-id:run-1");
    EXPECT_LE(std::stoi(messages[0].expiry), 1000);
    EXPECT_GE(std::stoi(messages[0].expiry), 900);
}

TEST_F(Connection, takesEachQos)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/#");
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForConnects(1));
    for (int qos : {0, 1, 2})
        ASSERT_TRUE(client.publish(10 + qos, {.topic = "ooto/qos", .payload = "x", .qos = qos}));
    const auto messages = subscriber.waitFor("ooto/qos", 3);
    ASSERT_EQ(messages.size(), 3u);
    for (int qos : {0, 1, 2})
        EXPECT_EQ(messages[qos].qos, qos);
    ASSERT_TRUE(client.waitForAcks(2));
    EXPECT_EQ(client.acks()[0].first, 11u);
    EXPECT_EQ(client.acks()[1].first, 12u);
}

TEST_F(Connection, takesNothingWhileThereIsNone)
{
    ConnectionClient client(settingsFor(freePort()));
    EXPECT_FALSE(client.publish(1, {.topic = "ooto/x"}));
    const auto loss = client.waitForLoss(Loss::Kind::Down, "refuses connections");
    ASSERT_TRUE(loss);
    EXPECT_NE(loss->text.find("127.0.0.1"), std::string::npos);
    EXPECT_FALSE(client.publish(1, {.topic = "ooto/x"}));
    EXPECT_EQ(client.connects(), 0u);
}

TEST_F(Connection, keepsTheOrderOfManyAndAcknowledgesEach)
{
    MosquittoBroker broker;
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForConnects(1));
    constexpr unsigned count = 300;
    for (unsigned i = 0; i < count; ++i)
        ASSERT_TRUE(client.publish(i, {.topic = "ooto/many/" + std::to_string(i), .payload = "x"}));
    ASSERT_TRUE(client.waitForAcks(count));
    const std::vector<std::string> received = broker.received("ooto/many/");
    ASSERT_EQ(received.size(), count);
    for (unsigned i = 0; i < count; ++i)
        ASSERT_EQ(received[i], std::to_string(i));
}

TEST_F(Connection, isToldOfWhatAnAclDenies)
{
    MosquittoBroker broker({.acl = "topic readwrite ooto/#\n"});
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForConnects(1));
    ASSERT_TRUE(client.publish(1, {.topic = "elsewhere/x", .payload = "x"}));
    ASSERT_TRUE(client.publish(2, {.topic = "ooto/x", .payload = "x"}));
    ASSERT_TRUE(client.waitForAcks(2));
    EXPECT_FALSE(client.acks()[0].second.accepted);
    EXPECT_TRUE(client.acks()[0].second.forGood);
    EXPECT_NE(client.acks()[0].second.text.find("elsewhere/x"), std::string::npos);
    EXPECT_NE(client.acks()[0].second.text.find("ACL"), std::string::npos);
    EXPECT_TRUE(client.acks()[1].second.accepted);
    EXPECT_TRUE(client.losses().empty());
}

TEST_F(Connection, deniesWhatIsTooLargeForTheBroker)
{
    MosquittoBroker broker({.more = {"max_packet_size 2000"}});
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForConnects(1));
    ASSERT_TRUE(client.publish(1, {.topic = "ooto/x", .payload = std::string(5000, 'x')}));
    ASSERT_TRUE(client.publish(2, {.topic = "ooto/x", .payload = "x"}));
    ASSERT_TRUE(client.waitForAcks(2));
    EXPECT_FALSE(client.acks()[0].second.accepted);
    EXPECT_TRUE(client.acks()[0].second.forGood);
    EXPECT_NE(client.acks()[0].second.text.find("5000"), std::string::npos);
    EXPECT_TRUE(client.acks()[1].second.accepted);
}

TEST_F(Connection, deniesWhatIsNoTopic)
{
    MosquittoBroker broker;
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForConnects(1));
    for (const std::string topic : {"ooto/#", "ooto/+", "", "ooto/\xff"})
        ASSERT_TRUE(client.publish(1, {.topic = topic, .payload = "x"}));
    ASSERT_TRUE(client.publish(2, {.topic = "ooto/x", .payload = "x"}));
    ASSERT_TRUE(client.waitForAcks(5));
    for (const auto &[token, ack] : client.acks()) {
        EXPECT_EQ(ack.accepted, token == 2);
        EXPECT_EQ(ack.forGood, token == 1);
    }
}

TEST_F(Connection, saysFarewellAndLeavesNoWill)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/#");
    mqtt::ConnectionSettings settings = settingsFor(broker.port());
    settings.will = {.topic = "ooto/status", .payload = "offline", .retain = true};
    {
        ConnectionClient client(settings);
        ASSERT_TRUE(client.waitForConnects(1));
        for (unsigned i = 0; i < 20; ++i)
            client.publish(i, {.topic = "ooto/x", .payload = "x"});
        client.connection().close({{.topic = "ooto/status", .payload = "stopped", .retain = true}},
                                  patience);
        EXPECT_FALSE(client.publish(1, {.topic = "ooto/x"}));
        EXPECT_TRUE(client.losses().empty());
    }
    // The broker writes its log when it gets there: the connection does not wait for that.
    EXPECT_TRUE(eventually([&broker] {
        return broker.log().find("Received DISCONNECT from under-test") != std::string::npos;
    }));
    EXPECT_EQ(subscriber.waitFor("ooto/x", 20).size(), 20u);
    const auto messages = subscriber.waitFor("ooto/status");
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].payload, "stopped");
    MosquittoSubscriber late(broker, "ooto/status");
    ASSERT_EQ(late.waitFor("ooto/status").size(), 1u);
    EXPECT_TRUE(late.on("ooto/status")[0].retained);
}

TEST_F(Connection, leavesItsWillWhenItIsCutOff)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/#");
    mqtt::ConnectionSettings settings = settingsFor(broker.port());
    settings.will = {.topic = "ooto/status", .payload = "offline", .retain = true};
    {
        ConnectionClient client(settings);
        ASSERT_TRUE(client.waitForConnects(1));
        // Too short for anything: what is left is an end without DISCONNECT.
        client.connection().close({{.topic = "ooto/status", .payload = "stopped"}},
                                  milliseconds(0));
    }
    const auto messages = subscriber.waitFor("ooto/status");
    ASSERT_GE(messages.size(), 1u);
    EXPECT_EQ(messages.back().payload, "offline");
}

TEST_F(Connection, fallsBackTo311)
{
    // What CONNECT asks for is its eighth byte behind the fixed header of two.
    RawServer broker([](RawConnection &connection) {
        const std::string connect = connection.read();
        if (connect.size() > 8 && connect[8] == 5) {
            connection.write(std::string("\x20\x02\x00\x01", 4));
            return;
        }
        connection.write(std::string("\x20\x02\x00\x00", 4));
        const std::string publish = connection.read();
        // QoS 1, topic of one byte: the message's id follows it.
        if (publish.size() >= 7)
            connection.write(std::string("\x40\x02", 2) + publish.substr(5, 2));
        connection.hold();
    });
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForConnects(1));
    EXPECT_EQ(client.versions(), std::vector<int>{4});
    EXPECT_TRUE(client.losses().empty());
    ASSERT_TRUE(client.publish(3, {.topic = "x",
                                   .payload = "y",
                                   .expiry = std::chrono::seconds(1),
                                   .userProperties = {{"event-id", "1"}}}));
    ASSERT_TRUE(client.waitForAcks(1));
    EXPECT_TRUE(client.acks()[0].second.accepted);
}

TEST_F(Connection, fallsBackTo311WhereTheAnswerIsInMqtt5)
{
    RawServer broker([](RawConnection &connection) {
        const std::string connect = connection.read();
        if (connect.size() > 8 && connect[8] == 5) {
            connection.write(std::string("\x20\x03\x00\x84\x00", 5));
            return;
        }
        connection.write(std::string("\x20\x02\x00\x00", 4));
        connection.hold();
    });
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForConnects(1));
    EXPECT_EQ(client.versions(), std::vector<int>{4});
    EXPECT_TRUE(client.losses().empty());
}

TEST_F(Connection, speaks311WhenItIsTold)
{
    MosquittoBroker broker;
    mqtt::ConnectionSettings settings = settingsFor(broker.port());
    settings.version = 4;
    settings.will = {.topic = "ooto/status", .payload = "offline", .retain = true};
    ConnectionClient client(settings);
    ASSERT_TRUE(client.waitForConnects(1));
    EXPECT_EQ(client.versions(), std::vector<int>{4});
    ASSERT_TRUE(client.publish(1, {.topic = "ooto/x", .userProperties = {{"a", "b"}}}));
    ASSERT_TRUE(client.waitForAcks(1));
}

class TlsConnection : public Connection
{
protected:
    void SetUp() override
    {
        Connection::SetUp();
        if (!certificates().made())
            GTEST_SKIP() << "the openssl program is missing or does not work";
    }
    static Certificates &certificates()
    {
        static Certificates made;
        return made;
    }
    static mqtt::ConnectionSettings tlsSettings(const MosquittoBroker &broker)
    {
        mqtt::ConnectionSettings settings = settingsFor(broker.port());
        settings.tls = true;
        settings.host = "localhost";
        settings.sslCaFile = certificates().ca();
        return settings;
    }
};

TEST_F(TlsConnection, believesTheCaThatIsSet)
{
    MosquittoBroker broker({.certificate = certificates().good()});
    ConnectionClient client(tlsSettings(broker));
    ASSERT_TRUE(client.waitForConnects(1));
    // Several TLS records.
    ASSERT_TRUE(client.publish(1, {.topic = "ooto/x", .payload = std::string(1000000, 'x')}));
    ASSERT_TRUE(client.publish(2, {.topic = "ooto/x", .payload = "x"}));
    EXPECT_TRUE(client.waitForAcks(2));
    EXPECT_TRUE(client.losses().empty());
}

TEST_F(TlsConnection, doesNotBelieveTheCaOfAStranger)
{
    MosquittoBroker broker({.certificate = certificates().good()});
    mqtt::ConnectionSettings settings = tlsSettings(broker);
    settings.sslCaFile.clear(); // the system's
    ConnectionClient client(settings);
    const auto loss = client.waitForLoss(Loss::Kind::Down, "unknown CA");
    ASSERT_TRUE(loss) << (client.losses().empty() ? "" : client.losses()[0].text);
    EXPECT_NE(loss->text.find("localhost"), std::string::npos);
    EXPECT_NE(loss->text.find("`ssl-ca-file`"), std::string::npos);
    EXPECT_EQ(client.connects(), 0u);
}

TEST_F(TlsConnection, doesNotBelieveAnotherName)
{
    MosquittoBroker broker({.certificate = certificates().otherHost()});
    ConnectionClient client(tlsSettings(broker));
    const auto loss = client.waitForLoss(Loss::Kind::Down, "another host name");
    ASSERT_TRUE(loss) << (client.losses().empty() ? "" : client.losses()[0].text);
    EXPECT_NE(loss->text.find("localhost"), std::string::npos);
    EXPECT_EQ(client.connects(), 0u);
}

TEST_F(TlsConnection, believesAnythingWhenItIsNotStrict)
{
    MosquittoBroker broker({.certificate = certificates().selfSigned()});
    mqtt::ConnectionSettings settings = tlsSettings(broker);
    settings.sslCaFile.clear();
    settings.sslStrict = false;
    ConnectionClient client(settings);
    EXPECT_TRUE(client.waitForConnects(1))
        << (client.losses().empty() ? "" : client.losses()[0].text);
}

TEST_F(TlsConnection, showsItsOwnCertificate)
{
    MosquittoBroker broker({.certificate = certificates().good(),
                            .more = {"require_certificate true", "cafile " + certificates().ca()}});
    mqtt::ConnectionSettings settings = tlsSettings(broker);
    ConnectionClient without(settings);
    EXPECT_TRUE(without.waitForLoss(Loss::Kind::Down));
    settings.sslCertFile = certificates().otherHost();
    settings.clientId = "with-certificate";
    ConnectionClient with(settings);
    EXPECT_TRUE(with.waitForConnects(1)) << (with.losses().empty() ? "" : with.losses()[0].text);
    EXPECT_EQ(without.connects(), 0u);
}

TEST_F(TlsConnection, namesTheFilesThatItCannotLoad)
{
    MosquittoBroker broker({.certificate = certificates().good()});
    mqtt::ConnectionSettings settings = tlsSettings(broker);
    settings.sslCaFile = "/nonexistent/ca.pem";
    ConnectionClient client(settings);
    EXPECT_TRUE(client.waitForLoss(Loss::Kind::Down, "`ssl-ca-file`"));
    settings = tlsSettings(broker);
    settings.sslCertFile = "/nonexistent/own.pem";
    ConnectionClient other(settings);
    EXPECT_TRUE(other.waitForLoss(Loss::Kind::Down, "`ssl-cert-file`"));
}

TEST_F(TlsConnection, saysThatAPortSpeaksNoTls)
{
    MosquittoBroker broker;
    ConnectionClient client(tlsSettings(broker));
    const auto loss = client.waitForLoss(Loss::Kind::Down);
    ASSERT_TRUE(loss);
    EXPECT_NE(loss->text.find("`uri`"), std::string::npos) << loss->text;
}

} // namespace
} // namespace ooto::test
