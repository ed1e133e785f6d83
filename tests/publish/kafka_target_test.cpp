// SPDX-License-Identifier: LGPL-2.1-or-later
// Events on their way to a cluster.
#include "publish/kafka_target.h"

#include "core/base/guarded.h"
#include "support/kafka_cluster.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using publish::Outgoing;
using publish::TargetState;
using publish::Verdict;

Outgoing outgoing(std::int64_t id, const std::string &camera = "door")
{
    Outgoing event;
    event.id = id;
    event.eventId = "run-" + std::to_string(id);
    event.camera = camera;
    event.type = core::FaceEventType::Answered;
    event.received = std::chrono::system_clock::time_point(1700000000000ms + id * 1s);
    event.body = "{\"id\":" + std::to_string(id) + "}";
    event.timeLeft = 1h;
    return event;
}

/** The publisher's side of a target, in short. */
class Publisher
{
public:
    explicit Publisher(const KafkaCluster &cluster, publish::Credentials credentials = {},
                       const std::string &topic = "ooto")
        : credentials_(std::move(credentials))
    {
        publish::KafkaTargetSettings settings;
        settings.producer.brokers = cluster.brokers();
        settings.producer.clientId = "target";
        settings.producer.backoffFactor = 20ms;
        settings.producer.backoffMax = 100ms;
        settings.topic = topic;
        thread_.runAndWait([&] {
            target_ = std::make_unique<publish::KafkaTarget>(settings, thread_,
                                                             [this] { return credentials_; });
            target_->open(
                {.onDone =
                     [this](std::int64_t id, const Verdict &verdict) {
                         told_.lock()->done.emplace_back(id, verdict);
                     },
                 .onState =
                     [this](const TargetState &state) { told_.lock()->states.push_back(state); },
                 .onReady = {}});
        });
    }
    ~Publisher()
    {
        thread_.runAndWait([&] { target_.reset(); });
    }

    void send(const Outgoing &event)
    {
        thread_.runAndWait([&] { target_->send(event); });
    }
    void setCredentials(const publish::Credentials &credentials)
    {
        thread_.runAndWait([&] {
            credentials_ = credentials;
            target_->credentialsChanged();
        });
    }
    void close()
    {
        thread_.runAndWait([&] { target_->close(80ms); });
    }
    std::vector<std::pair<std::int64_t, Verdict>> done() { return told_.lock()->done; }
    std::vector<TargetState> states() { return told_.lock()->states; }
    /** The last one of this record. */
    Verdict verdictOf(std::int64_t id)
    {
        Verdict verdict;
        const bool there = eventually([&] {
            for (const auto &[one, itsVerdict] : done()) {
                if (one != id)
                    continue;
                verdict = itsVerdict;
                return true;
            }
            return false;
        });
        EXPECT_TRUE(there) << id;
        return verdict;
    }

private:
    struct Told {
        std::vector<std::pair<std::int64_t, Verdict>> done;
        std::vector<TargetState> states;
    };
    publish::Credentials credentials_;
    core::Guarded<Told> told_;
    std::unique_ptr<publish::KafkaTarget> target_;
    http::NetworkThread thread_; ///< last: it ends before what its tasks use
};

TEST(KafkaTarget, makesARecordOfAnEvent)
{
    KafkaCluster cluster;
    KafkaReader reader(cluster);
    Publisher publisher(cluster);
    publisher.send(outgoing(1));
    EXPECT_EQ(publisher.verdictOf(1).kind, Verdict::Kind::Delivered);
    const auto messages = reader.waitFor(1);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].key, "door");
    EXPECT_EQ(messages[0].value, "{\"id\":1}");
    EXPECT_EQ(messages[0].timeMs, 1700000001000);
    EXPECT_EQ(messages[0].headers,
              (std::map<std::string, std::string>{{"event-id", "run-1"}, {"type", "answered"}}));
    EXPECT_TRUE(publisher.states().empty());
}

TEST(KafkaTarget, goesByTheTopicOfTheEventFirst)
{
    KafkaCluster cluster;
    cluster.createTopic("doors", 4);
    KafkaReader own(cluster, "ooto");
    KafkaReader doors(cluster, "doors");
    Publisher publisher(cluster);
    Outgoing event = outgoing(1);
    event.topic = "doors";
    publisher.send(event);
    publisher.send(outgoing(2));
    EXPECT_EQ(doors.waitFor(1).size(), 1U);
    EXPECT_EQ(own.waitFor(1).size(), 1U);
}

TEST(KafkaTarget, rejectsAnEventWithoutATopicThatCanBe)
{
    KafkaCluster cluster;
    Publisher publisher(cluster, {}, "");
    publisher.send(outgoing(1));
    EXPECT_EQ(publisher.verdictOf(1).kind, Verdict::Kind::Rejected);
    EXPECT_NE(publisher.verdictOf(1).text.find("`topic`"), std::string::npos);
    Outgoing event = outgoing(2);
    event.topic = "doors/front";
    publisher.send(event);
    EXPECT_EQ(publisher.verdictOf(2).kind, Verdict::Kind::Rejected);
    EXPECT_NE(publisher.verdictOf(2).text.find("doors/front"), std::string::npos);
}

TEST(KafkaTarget, saysThatNobodyIsThereAndThatSomebodyIsAgain)
{
    KafkaCluster cluster;
    cluster.goDown();
    Publisher publisher(cluster);
    publisher.send(outgoing(1));
    ASSERT_TRUE(eventually([&] { return !publisher.states().empty(); }));
    EXPECT_EQ(publisher.states()[0].kind, TargetState::Kind::Down);
    cluster.comeUp();
    EXPECT_EQ(publisher.verdictOf(1).kind, Verdict::Kind::Delivered);
    EXPECT_EQ(publisher.states().back().kind, TargetState::Kind::Ok);
}

TEST(KafkaTarget, takesNewCredentials)
{
    KafkaCluster cluster;
    publish::Credentials noPassword;
    noPassword.userId = "camera";
    Publisher publisher(cluster, noPassword);
    publisher.send(outgoing(1));
    EXPECT_EQ(publisher.verdictOf(1).kind, Verdict::Kind::Unauthorized);
    publisher.setCredentials({});
    publisher.send(outgoing(2));
    EXPECT_EQ(publisher.verdictOf(2).kind, Verdict::Kind::Delivered);
}

TEST(KafkaTarget, tellsNothingMoreOnceItIsClosed)
{
    KafkaCluster cluster;
    cluster.goDown();
    Publisher publisher(cluster);
    for (std::int64_t id = 1; id <= 50; ++id)
        publisher.send(outgoing(id));
    publisher.close();
    cluster.comeUp();
    publisher.send(outgoing(51));
    std::this_thread::sleep_for(300ms);
    EXPECT_TRUE(publisher.done().empty());
    KafkaReader reader(cluster);
    std::this_thread::sleep_for(300ms);
    EXPECT_TRUE(reader.all().empty());
}

} // namespace
} // namespace ooto::test
