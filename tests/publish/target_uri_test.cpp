// SPDX-License-Identifier: LGPL-2.1-or-later
// What a uri says, what is refused, and what is shown of it.
#include "publish/target_uri.h"

#include "kafka/producer.h"

#include <gtest/gtest.h>

namespace
{

using namespace ooto::publish;
using namespace std::chrono_literals;

TargetUri good(const std::string &uri)
{
    auto parsed = parseTargetUri(uri);
    EXPECT_TRUE(parsed) << uri << ": " << (parsed ? "" : parsed.error());
    return parsed ? *parsed : TargetUri();
}

std::string mistakeOf(const std::string &uri)
{
    auto parsed = parseTargetUri(uri);
    EXPECT_FALSE(parsed) << uri;
    return parsed ? "" : parsed.error();
}

bool has(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

TEST(TargetUri, knowsEachScheme)
{
    const TargetUri file = good("file:///var/log/faces%20of%20today.jsonl");
    EXPECT_EQ(file.scheme, Scheme::File);
    EXPECT_EQ(file.path, "/var/log/faces of today.jsonl");
    EXPECT_EQ(good("file://localhost/a").path, "/a");
    EXPECT_EQ(good("unix:///run/nvr.sock").scheme, Scheme::Unix);
    const TargetUri tcp = good("tcp://nvr.local:6802");
    EXPECT_EQ(tcp.scheme, Scheme::Tcp);
    EXPECT_EQ(tcp.host, "nvr.local");
    EXPECT_EQ(tcp.port, 6802);
    EXPECT_EQ(good("mqtt://broker").port, 1883);
    EXPECT_FALSE(good("mqtt://broker").tls);
    EXPECT_EQ(good("mqtts://broker").port, 8883);
    EXPECT_TRUE(good("mqtts://broker").tls);
    EXPECT_EQ(good("http://host/x").port, 80);
    const TargetUri https = good("https://host:8443/x?key=1");
    EXPECT_EQ(https.scheme, Scheme::Http);
    EXPECT_EQ(https.port, 8443);
    EXPECT_TRUE(https.tls);
    EXPECT_EQ(https.whole, "https://host:8443/x?key=1");
}

TEST(TargetUri, takesAddressesOfBothKinds)
{
    EXPECT_EQ(good("tcp://[::1]:9000").host, "::1");
    EXPECT_EQ(good("tcp://[::1]:9000").shown(), "tcp://[::1]:9000");
    EXPECT_TRUE(good("tcp://[::1]:9000").isLocal());
    EXPECT_TRUE(good("mqtt://127.0.0.1").isLocal());
    EXPECT_TRUE(good("mqtt://LOCALHOST").isLocal());
    EXPECT_TRUE(good("unix:///run/x").isLocal());
    EXPECT_FALSE(good("mqtt://192.168.1.2").isLocal());
    EXPECT_FALSE(good("mqtt://127.0.0.1.example.org").isLocal());
}

TEST(TargetUri, readsTheOptionsOfABroker)
{
    const TargetUri plain = good("mqtt://broker");
    EXPECT_EQ(plain.path, "ooto");
    EXPECT_EQ(plain.qos, 1);
    EXPECT_EQ(plain.keepAlive, 30s);
    EXPECT_EQ(plain.version, 5);
    EXPECT_EQ(plain.clientId, "");
    const TargetUri full = good(
        "mqtt://anna@broker:1884/site/gate/?client-id=cam%201&qos=2&keepalive=5&version=3.1.1");
    EXPECT_EQ(full.userId, "anna");
    EXPECT_EQ(full.path, "site/gate");
    EXPECT_EQ(full.clientId, "cam 1");
    EXPECT_EQ(full.qos, 2);
    EXPECT_EQ(full.keepAlive, 5s);
    EXPECT_EQ(full.version, 4);
    for (const char *bad :
         {"qos=3", "qos=-1", "qos=", "qos=1x", "keepalive=4", "keepalive=65536", "version=6",
          "client-id=", "client-id=a/b", "client-id=a%23", "client-id=a%0Ab", "colour=red", "qos"})
        EXPECT_NE(mistakeOf(std::string("mqtt://broker/x?") + bad), "") << bad;
    EXPECT_NE(mistakeOf("mqtt://broker/?client-id=" + std::string(129, 'a')), "");
}

TEST(TargetUri, namesTheBrokersOfACluster)
{
    const TargetUri one = good("kafka://b1/faces");
    EXPECT_EQ(one.scheme, Scheme::Kafka);
    EXPECT_FALSE(one.tls);
    EXPECT_EQ(one.path, "faces");
    ASSERT_EQ(one.brokers.size(), 1U);
    EXPECT_EQ(one.brokers[0].port, 9092);
    const TargetUri many = good("kafkas://anna@b1:1234,[::1],b3:99/a.b_c-1?client-id=cam%201");
    EXPECT_TRUE(many.tls);
    EXPECT_EQ(many.userId, "anna");
    EXPECT_EQ(many.host, "b1");
    EXPECT_EQ(many.path, "a.b_c-1");
    EXPECT_EQ(many.clientId, "cam 1");
    ASSERT_EQ(many.brokers.size(), 3U);
    EXPECT_EQ(many.brokers[0].port, 1234);
    EXPECT_EQ(many.brokers[1].host, "::1");
    EXPECT_EQ(many.brokers[1].port, 9092);
    EXPECT_EQ(many.brokers[2].host, "b3");
    EXPECT_EQ(many.shown(), "kafkas://b1:1234,[::1],b3:99");
    EXPECT_EQ(shownUri("kafka://anna@b1,b2/secret?linger.ms=5"), "kafka://b1,b2");
    EXPECT_EQ(good("kafka://b1").path, "") << "a template or the property may name it";
    EXPECT_TRUE(good("kafka://127.0.0.1,localhost/x").isLocal());
    EXPECT_FALSE(good("kafka://127.0.0.1,b2/x").isLocal());
}

TEST(TargetUri, takesOnlyHarmlessSettingsOfKafka)
{
    const TargetUri set = good("kafka://b1/x?linger.ms=50&sasl.mechanism=PLAIN");
    EXPECT_EQ(set.options, (std::vector<std::pair<std::string, std::string>>{
                               {"linger.ms", "50"}, {"sasl.mechanism", "PLAIN"}}));
    if (!ooto::kafka::isBuiltIn())
        GTEST_SKIP() << "built without librdkafka";
    for (const char *bad : {"qos=1", "sasl.password=s3cret", "plugin.library.paths=/x",
                            "linger.ms=x", "client-id=", "sasl.mechanism=GSSAPI",
                            "ssl.key.password=s3cret", "bootstrap.servers=x"}) {
        const std::string mistake = mistakeOf(std::string("kafka://b1/x?") + bad);
        EXPECT_NE(mistake, "") << bad;
        EXPECT_FALSE(has(mistake, "cret")) << mistake;
    }
}

TEST(TargetUri, takesOnlyPrefixesThatTopicsMayHave)
{
    EXPECT_EQ(good("mqtt://broker/").path, "ooto");
    EXPECT_EQ(good("mqtt://broker/%C3%A9tage").path, "étage");
    for (const char *bad : {"a+b", "a%23", "+", "%24SYS", "a//b", "a%00b", "a%0Ab", "%FF"})
        EXPECT_NE(mistakeOf(std::string("mqtt://broker/") + bad), "") << bad;
    EXPECT_NE(mistakeOf("mqtt://broker/" + std::string(257, 'a')), "");
}

TEST(TargetUri, refusesWhatIsNone)
{
    for (const char *bad : {"",
                            "broker",
                            "/var/log/x",
                            "file:relative",
                            "file:///",
                            "file://host/x",
                            "unix://",
                            "file:///a?b",
                            "file:///a#b",
                            "tcp://host",
                            "tcp://host:0",
                            "tcp://:80",
                            "mqtt://",
                            "mqtt:///prefix",
                            "http://",
                            "https:///x",
                            "https://host/#x",
                            "kafka://",
                            "kafka:///x",
                            "kafka://a,,b/x",
                            "kafka://a,/x",
                            "kafka://a:0,b/x",
                            "kafka://a,b:99999/x",
                            "kafka://a/x/y",
                            "kafka://a/%C3%A4",
                            "kafka://a/x#y",
                            "ftp://host/x",
                            "mqtt://host:99999"})
        EXPECT_NE(mistakeOf(bad), "") << bad;
    EXPECT_TRUE(has(mistakeOf("amqp://host"), "https://host/path")) << "says what is known";
}

TEST(TargetUri, refusesPasswordsInEverySpelling)
{
    for (const char *scheme :
         {"mqtt", "mqtts", "tcp", "http", "https", "file", "unix", "kafka", "kafkas"}) {
        for (const char *login : {"anna:s3cret", ":s3cret", "anna%3As3cret", "anna%3as3cret",
                                  "an@na:s3cret", "anna:s3%20cret"}) {
            const std::string uri = std::string(scheme) + "://" + login + "@host:99/x";
            const std::string mistake = mistakeOf(uri);
            EXPECT_FALSE(has(mistake, "cret")) << mistake;
            EXPECT_FALSE(has(shownUri(uri), "cret")) << shownUri(uri);
            EXPECT_FALSE(has(shownUri(uri), "anna")) << shownUri(uri);
        }
    }
    EXPECT_TRUE(has(mistakeOf("mqtt://anna:@host"), "user-pw"));
    EXPECT_TRUE(has(mistakeOf("https://anna@host/x"), "user-id"));
}

TEST(TargetUri, showsNoMoreThanSchemeAndHost)
{
    EXPECT_EQ(good("https://host/path-of-mine?key=mine").shown(), "https://host");
    EXPECT_EQ(good("https://host:444/path-of-mine?key=mine").shown(), "https://host:444");
    EXPECT_EQ(good("mqtt://anna@host/prefix?client-id=x").shown(), "mqtt://host");
    EXPECT_EQ(good("mqtts://host:1883").shown(), "mqtts://host:1883");
    EXPECT_EQ(good("file:///a/b").shown(), "file:///a/b");
    EXPECT_EQ(shownUri("mqtt://anna@host/prefix"), "mqtt://host");
    EXPECT_EQ(shownUri("kafka://anna:pw@host/x?y"), "kafka://host");
    EXPECT_EQ(shownUri("no uri at all"), "(no uri)");
    EXPECT_EQ(shownUri(""), "");
}

} // namespace
