// SPDX-License-Identifier: LGPL-2.1-or-later
// Brokers that are away, freeze, die or refuse.
#include "connection_client.h"
#include "support/raw_server.h"

#include <gtest/gtest.h>

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace
{

constexpr const char *hangingName = "hangs.example";
std::atomic<bool> lookUpBegan = false;
std::atomic<bool> lookUpMayEnd = false;
std::atomic<bool> lookUpEnded = false;

} // namespace

/** Stands before the C library's: one name is looked up for as long as a test wants. */
extern "C" int getaddrinfo(const char *name, const char *service, const addrinfo *hints,
                           addrinfo **result)
{
    if (name && std::string_view(name) == hangingName) {
        lookUpBegan = true;
        while (!lookUpMayEnd)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        lookUpEnded = true;
        return EAI_AGAIN;
    }
    static const auto real =
        reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
    return real(name, service, hints, result);
}

namespace ooto::test
{
namespace
{

using mqtt::Loss;
using std::chrono::milliseconds;

class ConnectionTrouble : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!MosquittoBroker::installed())
            GTEST_SKIP() << "mosquitto is not installed";
    }
};

milliseconds timeToClose(mqtt::Connection &connection, milliseconds longest)
{
    const auto begin = std::chrono::steady_clock::now();
    connection.close({{.topic = "ooto/status", .payload = "stopped"}}, longest);
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
}

TEST_F(ConnectionTrouble, connectsOnceTheBrokerIsThere)
{
    MosquittoBroker broker({}, false);
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForLoss(Loss::Kind::Down));
    ASSERT_TRUE(broker.start());
    EXPECT_TRUE(client.waitForConnects(1));
}

TEST_F(ConnectionTrouble, comesBackWhenTheBrokerDoes)
{
    MosquittoBroker broker;
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForConnects(1));
    broker.kill();
    ASSERT_TRUE(client.waitForLoss(Loss::Kind::Down));
    EXPECT_FALSE(client.publish(1, {.topic = "ooto/x"}));
    ASSERT_TRUE(broker.start());
    ASSERT_TRUE(client.waitForConnects(2));
    EXPECT_TRUE(client.publish(1, {.topic = "ooto/x"}));
    EXPECT_TRUE(client.waitForAcks(1));
}

/** Keeps `window` under way and sends again what a lost connection took along, in order. */
class Sender
{
public:
    Sender(ConnectionClient &client, unsigned count) : client_(client), count_(count) {}

    /** @return false when there is nothing more to do */
    bool step()
    {
        if (const std::size_t losses = client_.losses().size(); losses != losses_) {
            losses_ = losses;
            next_ = acknowledged_;
        }
        const auto acks = client_.acks();
        for (; seen_ < acks.size(); ++seen_)
            acknowledged_ = std::max(acknowledged_, static_cast<unsigned>(acks[seen_].first) + 1);
        next_ = std::max(next_, acknowledged_);
        while (next_ < count_ && next_ < acknowledged_ + 20 &&
               client_.publish(next_, {.topic = "ooto/n/" + std::to_string(next_),
                                       .payload = std::string(2000, 'x')}))
            ++next_;
        return acknowledged_ < count_;
    }
    unsigned acknowledged() const { return acknowledged_; }

private:
    ConnectionClient &client_;
    const unsigned count_;
    std::size_t losses_ = 0;
    std::size_t seen_ = 0;
    unsigned acknowledged_ = 0;
    unsigned next_ = 0;
};

TEST_F(ConnectionTrouble, losesNothingWhenTheBrokerIsKilledInTheMiddle)
{
    constexpr unsigned count = 3000;
    MosquittoBroker broker;
    ConnectionClient client(settingsFor(broker.port()));
    Sender sender(client, count);
    for (unsigned killed = 0; killed < 3; ++killed) {
        ASSERT_TRUE(eventually([&] {
            sender.step();
            return sender.acknowledged() >= 500 * (killed + 1);
        }));
        ASSERT_LT(sender.acknowledged(), count);
        broker.kill();
        ASSERT_TRUE(broker.start());
    }
    ASSERT_TRUE(eventually([&] { return !sender.step(); })) << sender.acknowledged();
    EXPECT_GE(client.losses().size(), 3u);
    // Each came, and what comes for the first time comes in order.
    std::vector<unsigned> first;
    std::set<std::string> known;
    for (const std::string &name : broker.received("ooto/n/")) {
        if (known.insert(name).second)
            first.push_back(static_cast<unsigned>(std::stoul(name)));
    }
    EXPECT_EQ(first.size(), count);
    EXPECT_TRUE(std::is_sorted(first.begin(), first.end()));
}

TEST_F(ConnectionTrouble, givesABrokerUpThatIsFrozen)
{
    MosquittoBroker broker;
    mqtt::ConnectionSettings settings = settingsFor(broker.port());
    settings.timeout = milliseconds(500);
    ConnectionClient client(settings);
    ASSERT_TRUE(client.waitForConnects(1));
    broker.freeze();
    ASSERT_TRUE(client.publish(1, {.topic = "ooto/x"}));
    const auto loss = client.waitForLoss(Loss::Kind::Down, "did not answer within 500 ms");
    ASSERT_TRUE(loss);
    EXPECT_TRUE(client.acks().empty());
    // The new one, too, gets no CONNACK.
    EXPECT_TRUE(eventually([&] { return client.losses().size() >= 2; }));
    EXPECT_EQ(client.connects(), 1u);
    broker.thaw();
    ASSERT_TRUE(client.waitForConnects(2));
    EXPECT_TRUE(eventually([&] { return client.publish(2, {.topic = "ooto/x"}); }));
    EXPECT_TRUE(eventually([&] {
        const auto acks = client.acks();
        return !acks.empty() && acks.back().first == 2;
    }));
}

TEST_F(ConnectionTrouble, noticesAFrozenBrokerByKeepAliveAlone)
{
    MosquittoBroker broker;
    mqtt::ConnectionSettings settings = settingsFor(broker.port());
    settings.keepAlive = std::chrono::seconds(5);
    ConnectionClient client(settings);
    ASSERT_TRUE(client.waitForConnects(1));
    broker.freeze();
    EXPECT_TRUE(client.waitForLoss(Loss::Kind::Down, "keep-alive"));
    EXPECT_TRUE(client.acks().empty());
}

TEST_F(ConnectionTrouble, givesNothingUpOnALineThatIsSlow)
{
    // Takes a little at a time for longer than the time-out, then acknowledges.
    RawServer broker([](RawConnection &connection) {
        connection.read();
        connection.write(std::string("\x20\x03\x00\x00\x00", 5));
        std::size_t taken = 0;
        while (taken < 8000000) {
            const std::string some = connection.read();
            if (some.empty())
                return;
            taken += some.size();
            connection.pause(milliseconds(20));
        }
        connection.write(std::string("\x40\x02\x00\x01", 4));
        connection.hold();
    });
    mqtt::ConnectionSettings settings = settingsFor(broker.port());
    settings.timeout = milliseconds(1000);
    ConnectionClient client(settings);
    ASSERT_TRUE(client.waitForConnects(1));
    ASSERT_TRUE(client.publish(1, {.topic = "x", .payload = std::string(8000000, 'x')}));
    EXPECT_TRUE(client.waitForAcks(1));
    EXPECT_TRUE(client.losses().empty());
}

TEST_F(ConnectionTrouble, tellsOfAPasswordThatIsWrongAndTakesAnother)
{
    MosquittoBroker broker({.users = {{"camera", "right-password"}}});
    mqtt::ConnectionSettings settings = settingsFor(broker.port());
    settings.userId = "camera";
    settings.password = system::Secret("wrong-password");
    // It would not come back by itself within the test.
    settings.backoffFactor = settings.backoffMax = std::chrono::hours(1);
    ConnectionClient client(settings);
    const auto loss = client.waitForLoss(Loss::Kind::Unauthorized);
    ASSERT_TRUE(loss);
    EXPECT_NE(loss->text.find("`user-pw`"), std::string::npos);
    EXPECT_EQ(loss->text.find("wrong-password"), std::string::npos);
    client.connection().setCredentials("camera", system::Secret("right-password"));
    EXPECT_TRUE(client.waitForConnects(1));
}

TEST_F(ConnectionTrouble, isToldWhenAnotherClientTakesItsId)
{
    RawServer broker([](RawConnection &connection) {
        connection.read();
        connection.write(std::string("\x20\x03\x00\x00\x00", 5));
        connection.write(std::string("\xe0\x02\x8e\x00", 4));
        connection.hold();
    });
    ConnectionClient client(settingsFor(broker.port()));
    const auto loss = client.waitForLoss(Loss::Kind::TakenOver);
    ASSERT_TRUE(loss) << (client.losses().empty() ? "" : client.losses()[0].text);
    EXPECT_NE(loss->text.find("`client-id`"), std::string::npos);
}

TEST_F(ConnectionTrouble, suspectsAnotherClientWhereTheBrokerGivesNoReason)
{
    MosquittoBroker broker;
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForConnects(1));
    ConnectionClient other(settingsFor(broker.port()));
    ASSERT_TRUE(eventually([&] { return !client.losses().empty(); }));
    EXPECT_TRUE(client.losses()[0].abrupt || client.losses()[0].kind == Loss::Kind::TakenOver);
}

TEST_F(ConnectionTrouble, leavesItsWillWhenItsProcessIsKilled)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/#");
    const char *program = std::getenv("OOTO_HELD_CONNECTION");
    ASSERT_NE(program, nullptr);
    ChildProcess publisher;
    ASSERT_TRUE(publisher.start({program, std::to_string(broker.port())}));
    ASSERT_TRUE(eventually([&] {
        return broker.log().find("Sending CONNACK to under-test (0, 0)") != std::string::npos;
    }));
    publisher.end();
    const auto messages = subscriber.waitFor("ooto/status");
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].payload, "offline");
}

TEST_F(ConnectionTrouble, closesInTimeWhenTheBrokerIsFrozen)
{
    MosquittoBroker broker;
    ConnectionClient client(settingsFor(broker.port()));
    ASSERT_TRUE(client.waitForConnects(1));
    broker.freeze();
    EXPECT_LT(timeToClose(client.connection(), milliseconds(200)), std::chrono::seconds(10));
    EXPECT_TRUE(client.losses().empty());
}

TEST_F(ConnectionTrouble, closesAtOnceWhereNobodyAnswers)
{
    RawServer silent([](RawConnection &connection) { connection.hold(); });
    ConnectionClient client(settingsFor(silent.port()));
    ASSERT_TRUE(eventually([&] { return silent.connections() > 0; }));
    EXPECT_LT(timeToClose(client.connection(), std::chrono::hours(1)), std::chrono::minutes(1));
    ConnectionClient nobody(settingsFor(freePort()));
    EXPECT_LT(timeToClose(nobody.connection(), std::chrono::hours(1)), std::chrono::minutes(1));
}

TEST_F(ConnectionTrouble, leavesALookUpBehindThatHangs)
{
    mqtt::ConnectionSettings settings = settingsFor(1883);
    settings.host = hangingName;
    settings.timeout = milliseconds(100);
    {
        ConnectionClient client(settings);
        ASSERT_TRUE(eventually([] { return lookUpBegan.load(); }));
        EXPECT_TRUE(client.waitForLoss(Loss::Kind::Down, hangingName));
        EXPECT_LT(timeToClose(client.connection(), std::chrono::hours(1)), std::chrono::minutes(1));
    }
    EXPECT_FALSE(lookUpEnded);
    lookUpMayEnd = true;
    EXPECT_TRUE(eventually([] { return lookUpEnded.load(); }));
}

TEST_F(ConnectionTrouble, comesBackFromABrokerThatTalksNonsense)
{
    RawServer broker([](RawConnection &connection) {
        connection.read();
        if (connection.number() < 3) {
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
            return;
        }
        connection.write(std::string("\x20\x03\x00\x00\x00", 5));
        connection.hold();
    });
    ConnectionClient client(settingsFor(broker.port()));
    EXPECT_TRUE(client.waitForConnects(1));
    EXPECT_FALSE(client.losses().empty());
}

} // namespace
} // namespace ooto::test
