// SPDX-License-Identifier: LGPL-2.1-or-later
// Events on their way to Debian's broker.
#include "publish/mqtt_target.h"

#include "core/base/guarded.h"
#include "support/mosquitto_broker.h"
#include "support/raw_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace ooto::test
{
namespace
{

using mqtt::Publication;
using publish::Outgoing;
using publish::TargetState;
using publish::Verdict;

publish::MqttTargetSettings settingsFor(unsigned port)
{
    publish::MqttTargetSettings settings;
    settings.connection.host = "127.0.0.1";
    settings.connection.port = static_cast<std::uint16_t>(port);
    settings.connection.clientId = "target";
    settings.connection.backoffFactor = std::chrono::milliseconds(20);
    settings.connection.backoffMax = std::chrono::milliseconds(100);
    settings.connection.will = {
        .topic = "ooto/status/target", .payload = "offline", .retain = true};
    return settings;
}

Outgoing outgoing(std::int64_t id, const std::string &camera = "door")
{
    Outgoing event;
    event.id = id;
    event.eventId = "run-" + std::to_string(id);
    event.camera = camera;
    event.body = "{\"id\":" + std::to_string(id) + "}";
    event.timeLeft = std::chrono::hours(1);
    return event;
}

/** The publisher's side of a target, in short. */
class Publisher
{
public:
    explicit Publisher(publish::MqttTargetSettings settings, bool open = true)
    {
        thread_.runAndWait([&] {
            target_ = std::make_unique<publish::MqttTarget>(std::move(settings), thread_, parts());
            if (open)
                target_->open(handlers());
        });
    }
    ~Publisher() { close(std::chrono::milliseconds(200)); }

    /** As many as the window lets, again and again, until all are delivered; in their order. */
    void sendAll(std::int64_t count)
    {
        thread_.runAndWait([this, count] {
            last_ = count;
            next_ = 1;
            pump();
        });
    }
    void send(const Outgoing &event)
    {
        thread_.runAndWait([&] { target_->send(event); });
    }
    void publishStates(const std::vector<Publication> &states)
    {
        thread_.runAndWait([&] { target_->publishStates(states); });
    }
    void setCredentials(const std::string &user, const std::string &password)
    {
        thread_.runAndWait([&] {
            credentials_.userId = user;
            credentials_.password = system::Secret(password);
            target_->credentialsChanged();
        });
    }
    void close(std::chrono::milliseconds longest)
    {
        thread_.runAndWait([&] {
            if (target_)
                target_->close(longest);
            target_.reset();
        });
    }

    bool isConnected()
    {
        bool connected = false;
        thread_.runAndWait([&] { connected = target_->canSend(); });
        return connected;
    }
    bool waitForConnection()
    {
        return eventually([this] { return isConnected(); });
    }
    std::vector<std::pair<std::int64_t, Verdict>> done() { return told_.lock()->done; }
    std::int64_t delivered()
    {
        const auto all = done();
        return std::count_if(all.begin(), all.end(), [](const auto &one) {
            return one.second.kind == Verdict::Kind::Delivered;
        });
    }
    std::vector<TargetState> states() { return told_.lock()->states; }
    bool waitForState(TargetState::Kind kind, const std::string &part = {})
    {
        return eventually([&] {
            const auto all = states();
            return std::any_of(all.begin(), all.end(), [&](const TargetState &state) {
                return state.kind == kind && state.reason.find(part) != std::string::npos;
            });
        });
    }
    bool isInState(TargetState::Kind kind)
    {
        return eventually([&] {
            const auto all = states();
            return !all.empty() && all.back().kind == kind;
        });
    }

private:
    struct Told {
        std::vector<std::pair<std::int64_t, Verdict>> done;
        std::vector<TargetState> states;
    };

    publish::MqttTargetParts parts()
    {
        return {.credentials = [this] { return credentials_; },
                .address =
                    [](const Outgoing &event) {
                        const std::string camera = "ooto/camera/" + event.camera;
                        std::vector<Publication> all;
                        if (event.photo.bytes)
                            all.push_back(
                                {.topic = camera + "/photo", .payload = "JPEG", .qos = 0});
                        all.push_back({.topic = camera + "/event", .payload = event.body});
                        return all;
                    },
                .onConnected =
                    [this](int) {
                        target_->publishStates(
                            {{.topic = "ooto/status/target", .payload = "online", .retain = true}});
                    },
                .farewells =
                    [] {
                        return std::vector<Publication>{
                            {.topic = "ooto/status/target", .payload = "stopped", .retain = true}};
                    }};
    }
    publish::Target::Handlers handlers()
    {
        return {
            .onDone =
                [this](std::int64_t id, const Verdict &verdict) {
                    told_.lock()->done.emplace_back(id, verdict);
                    underWay_.erase(id);
                    if (verdict.kind == Verdict::Kind::Again)
                        next_ = std::min(next_, id);
                    pump();
                },
            .onState = [this](const TargetState &state) { told_.lock()->states.push_back(state); },
            .onReady = [this] { pump(); }};
    }
    void pump()
    {
        while (target_ && target_->canSend() && next_ <= last_ &&
               underWay_.size() < target_->window().all) {
            Outgoing event = outgoing(next_);
            event.topic = "ooto/n/" + std::to_string(next_);
            underWay_.insert(next_++);
            target_->send(std::move(event));
        }
    }

    core::Guarded<Told> told_;
    publish::Credentials credentials_;
    std::int64_t next_ = 1;
    std::int64_t last_ = 0;
    std::set<std::int64_t> underWay_;
    std::unique_ptr<publish::MqttTarget> target_;
    http::NetworkThread thread_; ///< last: nothing runs once it has gone
};

class MqttTarget : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!MosquittoBroker::installed())
            GTEST_SKIP() << "mosquitto is not installed";
    }
};

TEST_F(MqttTarget, sendsThePhotoThenTheEvent)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/camera/#");
    Publisher publisher(settingsFor(broker.port()));
    ASSERT_TRUE(publisher.waitForConnection());
    Outgoing event = outgoing(7);
    event.photo.bytes = std::make_shared<core::PhotoBytes::element_type>();
    publisher.send(event);
    ASSERT_TRUE(eventually([&] { return publisher.delivered() == 1; }));
    EXPECT_EQ(publisher.done()[0].first, 7);
    ASSERT_EQ(subscriber.waitFor("ooto/camera/door/event").size(), 1u);
    const auto messages = subscriber.all();
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages[0].topic, "ooto/camera/door/photo");
    EXPECT_EQ(messages[0].qos, 0);
    EXPECT_EQ(messages[1].payload, "{\"id\":7}");
    EXPECT_EQ(messages[1].qos, 1);
    EXPECT_FALSE(messages[1].retained);
    EXPECT_EQ(messages[1].contentType, "application/json");
    EXPECT_EQ(messages[1].properties, "event-id:run-7");
    EXPECT_LE(std::stoi(messages[1].expiry), 3600);
    EXPECT_GT(std::stoi(messages[1].expiry), 3000);
}

TEST_F(MqttTarget, losesNothingAndKeepsTheOrderWhenTheBrokerIsKilled)
{
    constexpr std::int64_t count = 2000;
    MosquittoBroker broker;
    Publisher publisher(settingsFor(broker.port()));
    publisher.sendAll(count);
    for (std::int64_t kills = 1; kills <= 3; ++kills) {
        ASSERT_TRUE(eventually([&] { return publisher.delivered() >= kills * 300; }));
        broker.kill();
        ASSERT_TRUE(broker.start());
    }
    ASSERT_TRUE(eventually([&] {
        std::set<std::int64_t> delivered;
        for (const auto &[id, verdict] : publisher.done()) {
            if (verdict.kind == Verdict::Kind::Delivered)
                delivered.insert(id);
        }
        return delivered.size() == static_cast<std::size_t>(count);
    }));
    std::vector<std::int64_t> first;
    std::set<std::string> known;
    for (const std::string &name : broker.received("ooto/n/")) {
        if (known.insert(name).second)
            first.push_back(std::stoll(name));
    }
    EXPECT_EQ(first.size(), static_cast<std::size_t>(count));
    EXPECT_TRUE(std::is_sorted(first.begin(), first.end()));
}

TEST_F(MqttTarget, saysItsStatesAgainToABrokerThatCameBackEmpty)
{
    MosquittoBroker broker;
    Publisher publisher(settingsFor(broker.port()));
    ASSERT_TRUE(publisher.waitForConnection());
    ASSERT_TRUE(publisher.isInState(TargetState::Kind::Ok));
    broker.kill();
    ASSERT_TRUE(publisher.waitForState(TargetState::Kind::Down, "127.0.0.1"));
    ASSERT_TRUE(broker.start());
    MosquittoSubscriber subscriber(broker, "ooto/status/#");
    const auto messages = subscriber.waitFor("ooto/status/target");
    ASSERT_GE(messages.size(), 1u);
    EXPECT_EQ(messages[0].payload, "online");
    EXPECT_TRUE(publisher.isInState(TargetState::Kind::Ok));
}

TEST_F(MqttTarget, saysFarewell)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/status/#");
    {
        Publisher publisher(settingsFor(broker.port()));
        ASSERT_EQ(subscriber.waitFor("ooto/status/target").size(), 1u);
        publisher.close(patience);
    }
    const auto messages = subscriber.waitFor("ooto/status/target", 2);
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages[1].payload, "stopped");
}

TEST_F(MqttTarget, tellsOfADeniedTopicAndKeepsTheRecord)
{
    MosquittoBroker broker(
        {.acl = "topic readwrite ooto/camera/#\ntopic readwrite ooto/status/#\n"});
    Publisher publisher(settingsFor(broker.port()));
    ASSERT_TRUE(publisher.waitForConnection());
    Outgoing event = outgoing(1);
    event.topic = "elsewhere";
    publisher.send(event);
    ASSERT_TRUE(eventually([&] { return publisher.done().size() == 1; }));
    EXPECT_EQ(publisher.done()[0].second.kind, Verdict::Kind::Again);
    EXPECT_FALSE(publisher.done()[0].second.connectionFailed);
    EXPECT_TRUE(publisher.waitForState(TargetState::Kind::Unauthorized, "elsewhere"));
    publisher.send(outgoing(2));
    EXPECT_TRUE(publisher.isInState(TargetState::Kind::Ok));
    publisher.publishStates({{.topic = "denied/state", .payload = "x", .retain = true}});
    EXPECT_TRUE(publisher.waitForState(TargetState::Kind::Degraded, "denied/state"));
}

TEST_F(MqttTarget, rejectsWhatIsTooLarge)
{
    MosquittoBroker broker({.more = {"max_packet_size 2000"}});
    Publisher publisher(settingsFor(broker.port()));
    ASSERT_TRUE(publisher.waitForConnection());
    Outgoing event = outgoing(1);
    event.body.assign(5000, 'x');
    publisher.send(event);
    publisher.send(outgoing(2));
    ASSERT_TRUE(eventually([&] { return publisher.done().size() == 2; }));
    EXPECT_EQ(publisher.done()[0].second.kind, Verdict::Kind::Rejected);
    EXPECT_EQ(publisher.done()[1].second.kind, Verdict::Kind::Delivered);
}

TEST_F(MqttTarget, answersWhatWasUnderWayWhenTheBrokerFreezes)
{
    MosquittoBroker broker;
    auto settings = settingsFor(broker.port());
    settings.connection.timeout = std::chrono::milliseconds(500);
    Publisher publisher(settings);
    ASSERT_TRUE(publisher.waitForConnection());
    ASSERT_TRUE(publisher.isInState(TargetState::Kind::Ok));
    broker.freeze();
    publisher.send(outgoing(1));
    publisher.send(outgoing(2));
    ASSERT_TRUE(eventually([&] { return publisher.done().size() == 2; }));
    for (const auto &[id, verdict] : publisher.done()) {
        EXPECT_EQ(verdict.kind, Verdict::Kind::Again);
        EXPECT_TRUE(verdict.connectionFailed);
    }
    EXPECT_FALSE(publisher.isConnected());
    broker.thaw();
    EXPECT_TRUE(publisher.waitForConnection());
}

TEST_F(MqttTarget, isUnauthorizedUntilThereAreOtherCredentials)
{
    MosquittoBroker broker({.users = {{"camera", "right-password"}}});
    auto settings = settingsFor(broker.port());
    settings.connection.backoffFactor = settings.connection.backoffMax = std::chrono::hours(1);
    Publisher publisher(settings);
    ASSERT_TRUE(publisher.waitForState(TargetState::Kind::Unauthorized, "`user-id`"));
    publisher.setCredentials("camera", "right-password");
    EXPECT_TRUE(publisher.waitForConnection());
    EXPECT_TRUE(publisher.isInState(TargetState::Kind::Ok));
}

TEST_F(MqttTarget, tellsThatTwoClientsHaveOneId)
{
    MosquittoBroker broker;
    Publisher one(settingsFor(broker.port()));
    ASSERT_TRUE(one.waitForConnection());
    Publisher other(settingsFor(broker.port()));
    EXPECT_TRUE(one.waitForState(TargetState::Kind::Degraded, "`client-id`"));
}

TEST_F(MqttTarget, deliversWithQos0AsSoonAsItIsHandedOver)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/camera/#");
    auto settings = settingsFor(broker.port());
    settings.qos = 0;
    Publisher publisher(settings);
    ASSERT_TRUE(publisher.waitForConnection());
    publisher.send(outgoing(1));
    EXPECT_TRUE(eventually([&] { return publisher.delivered() == 1; }));
    EXPECT_EQ(subscriber.waitFor("ooto/camera/door/event").size(), 1u);
}

} // namespace
} // namespace ooto::test
