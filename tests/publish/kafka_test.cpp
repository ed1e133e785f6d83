// SPDX-License-Identifier: LGPL-2.1-or-later
// The element at a cluster that goes and comes back.
#include "camera_process.h"
#include "support/kafka_cluster.h"
#include "support/scratch_directory.h"
#include "told_camera.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <map>
#include <random>
#include <set>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class PublishKafka : public testing::Test
{
protected:
    std::string target(const KafkaCluster &cluster, const std::string &more = {},
                       const std::string &topic = "ooto") const
    {
        return "uri=kafka://" + cluster.brokers() + "/" + topic + " spool=" + scratch_ / "spool" +
               " retry-backoff-factor=0.02 retry-backoff-max=0.2 timeout=2 " + more;
    }
    std::string write(const std::string &name, const std::string &text) const
    {
        const std::string path = scratch_ / name;
        std::ofstream(path) << text;
        chmod(path.c_str(), 0600);
        return path;
    }

    ScratchDirectory scratch_;
};

std::size_t countOfMissing(KafkaReader &reader, const std::vector<std::string> &ids)
{
    std::set<std::string> came;
    for (KafkaMessage &message : reader.all())
        came.insert(message.headers["event-id"]);
    return static_cast<std::size_t>(
        std::count_if(ids.begin(), ids.end(), [&](const auto &id) { return !came.contains(id); }));
}

/** For who drops what is known. Ids sort in the order in which a process told of them. */
void expectOrderPerCamera(KafkaReader &reader)
{
    std::map<std::string, std::vector<std::string>> byCameraAndRun;
    std::map<std::string, std::set<int>> partitions;
    for (KafkaMessage &message : reader.firstComings()) {
        const std::string id = message.headers["event-id"];
        byCameraAndRun[message.key + " " + id.substr(0, id.find('-'))].push_back(id);
        partitions[message.key].insert(message.partition);
    }
    const auto inOrder = [](const std::string &one, const std::string &other) {
        const auto number = [](const std::string &id) {
            return std::stol(id.substr(id.find('-') + 1));
        };
        return number(one) < number(other);
    };
    for (const auto &[key, ids] : byCameraAndRun)
        EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end(), inOrder)) << key;
    for (const auto &[camera, all] : partitions)
        EXPECT_EQ(all.size(), 1U) << camera;
}

TEST_F(PublishKafka, bringsTenThousandEventsThroughAnOutage)
{
    constexpr std::size_t count = 10000;
    KafkaCluster cluster(3);
    KafkaReader reader(cluster);
    ToldCamera door(target(cluster), "door");
    ToldCamera yard(target(cluster), "yard");
    std::vector<std::string> ids = door.tellMany(500);
    ASSERT_TRUE(eventually([&] { return door.stat("acknowledged") == ids.size(); }));
    cluster.goDown();
    // They share a queue of a thousand, and neither knows what the other has put there.
    while (ids.size() < 500 + count) {
        for (ToldCamera *camera : {&door, &yard}) {
            const auto told = camera->tellMany(250);
            ids.insert(ids.end(), told.begin(), told.end());
        }
        ASSERT_TRUE(eventually([&] { return door.stat("events") == ids.size(); }));
    }
    ASSERT_TRUE(door.waitForReport("down"));
    EXPECT_EQ(door.stat("acknowledged"), ids.size() - count);
    EXPECT_LE(door.stat("in-flight"), 100U);
    ASSERT_TRUE(eventually([&] { return door.stat("spooled") == count; }));
    const auto begin = Clock::now();
    cluster.comeUp();
    // Once more in the middle of it.
    ASSERT_TRUE(eventually([&] { return door.stat("acknowledged") > ids.size() - count / 2; }));
    cluster.goDown();
    std::this_thread::sleep_for(300ms);
    cluster.comeUp();
    ASSERT_TRUE(eventually([&] { return door.stat("acknowledged") == ids.size(); }));
    std::printf("%zu events in %.1f s, with a second outage among them\n", count,
                std::chrono::duration<double>(Clock::now() - begin).count());
    reader.waitFor(ids.size());
    EXPECT_EQ(countOfMissing(reader, ids), 0U);
    EXPECT_EQ(reader.firstComings().size(), ids.size());
    std::printf("%zu of them came twice\n", reader.all().size() - ids.size());
    expectOrderPerCamera(reader);
    EXPECT_EQ(door.stat("dropped"), 0U);
    EXPECT_EQ(door.stat("rejected"), 0U);
    EXPECT_TRUE(door.isInState("ok"));
}

TEST_F(PublishKafka, keepsTheOrderWhereAcknowledgementsComeTooLate)
{
    KafkaCluster cluster;
    KafkaReader reader(cluster);
    ToldCamera camera(target(cluster, "timeout=1"), "door");
    std::vector<std::string> ids = camera.tellMany(50);
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 50; }));
    cluster.answerAfter(3s);
    for (int i = 0; i < 5; ++i) {
        const auto told = camera.tellMany(100);
        ids.insert(ids.end(), told.begin(), told.end());
        std::this_thread::sleep_for(100ms);
    }
    ASSERT_TRUE(camera.waitForReport("down", "acknowledged nothing"));
    EXPECT_EQ(camera.stat("acknowledged"), 50U) << "written is not acknowledged";
    cluster.answerAfter(0s);
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == ids.size(); }));
    EXPECT_EQ(reader.waitFor(ids.size()).size(), ids.size());
    EXPECT_GT(reader.all().size(), ids.size()) << "some came twice, or this tries nothing";
    expectOrderPerCamera(reader);
}

TEST_F(PublishKafka, losesNothingWhenItsProcessIsKilledInTheMiddle)
{
    constexpr int lives = 6;
    KafkaCluster cluster;
    KafkaReader reader(cluster);
    TellingCamera cameras(target(cluster));
    std::mt19937 random(20261129);
    for (int life = 0; life < lives; ++life) {
        const std::size_t before = cameras.ids().size();
        ASSERT_NO_FATAL_FAILURE(cameras.start());
        ASSERT_TRUE(eventually([&] { return cameras.ids().size() > before + 50; }));
        if (life % 2 == 0)
            cluster.goDown();
        const std::size_t inOutage = cameras.ids().size();
        ASSERT_TRUE(eventually([&] { return cameras.ids().size() > inOutage + 100; }));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 300));
        cameras.kill();
        cluster.comeUp();
    }
    // The last life finds what is left.
    ASSERT_NO_FATAL_FAILURE(cameras.start());
    const std::vector<std::string> told = cameras.ids();
    EXPECT_TRUE(eventually([&] { return countOfMissing(reader, told) == 0; }));
    cameras.kill();
    std::printf("%zu events told in %d lives, %zu of them lost\n", told.size(), lives,
                countOfMissing(reader, told));
    expectOrderPerCamera(reader);
}

TEST_F(PublishKafka, stopsAtOnceWhileNobodyIsThere)
{
    KafkaCluster cluster;
    cluster.goDown();
    ToldCamera camera(target(cluster, "timeout=60"), "door");
    camera.tellMany(200);
    ASSERT_TRUE(camera.waitForReport("down"));
    const auto begin = Clock::now();
    camera.stop();
    const auto took = Clock::now() - begin;
    std::printf("stopped in %.0f ms\n", std::chrono::duration<double, std::milli>(took).count());
    // 200 ms are promised; the machine may be busy.
    EXPECT_LT(took, 2s);
}

TEST_F(PublishKafka, deliversNothingThatIsOlderThanItMayBe)
{
    KafkaCluster cluster;
    cluster.goDown();
    ToldCamera camera(target(cluster, "timeout=60 max-age=2"), "door");
    const auto old = camera.tellMany(20);
    ASSERT_TRUE(eventually([&] { return camera.stat("expired") == 20; }));
    cluster.comeUp();
    const std::string young = camera.tell();
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 1; }));
    KafkaReader reader(cluster);
    const auto came = reader.waitFor(1);
    ASSERT_EQ(came.size(), 1U);
    EXPECT_EQ(came[0].headers.at("event-id"), young);
}

TEST_F(PublishKafka, waitsForATopicThatIsNotThere)
{
    KafkaCluster cluster;
    cluster.createTopic("later");
    cluster.hideTopic("later");
    ToldCamera camera(target(cluster, "timeout=20", "later"), "door");
    camera.tell();
    ASSERT_TRUE(camera.waitForReport("down", "no such topic"));
    EXPECT_EQ(camera.stat("spooled"), 1U);
    cluster.showTopic("later");
    EXPECT_TRUE(eventually([&] { return camera.stat("acknowledged") == 1; }));
    EXPECT_TRUE(camera.isInState("ok"));
}

TEST_F(PublishKafka, goesOnBehindAnEventThatIsNeverTaken)
{
    KafkaCluster cluster;
    KafkaReader reader(cluster);
    ToldCamera camera(target(cluster), "door");
    camera.tellMany(20);
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 20; }));
    // The first is for a batch, the second for one of its records alone.
    cluster.answer(produceRequest,
                   {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
    camera.tellMany(50);
    ASSERT_TRUE(eventually([&] { return camera.stat("rejected") == 1; }));
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 69; }));
    EXPECT_EQ(reader.waitFor(69).size(), 69U);
    expectOrderPerCamera(reader);
    EXPECT_TRUE(camera.isInState("ok"));
}

TEST_F(PublishKafka, goesOnByAnotherClientAfterAFatalError)
{
    KafkaCluster cluster;
    KafkaReader reader(cluster);
    ToldCamera camera(target(cluster), "door");
    auto ids = camera.tellMany(20);
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 20; }));
    cluster.answer(produceRequest, {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
    const auto told = camera.tellMany(50);
    ids.insert(ids.end(), told.begin(), told.end());
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 70; }));
    EXPECT_GT(camera.stat("retries"), 0U);
    EXPECT_EQ(reader.waitFor(70).size(), 70U);
    expectOrderPerCamera(reader);
}

TEST_F(PublishKafka, letsATemplateChooseTheTopic)
{
    KafkaCluster cluster;
    cluster.createTopic("site-door", 4);
    KafkaReader reader(cluster, "site-door");
    const std::string format = write(
        "ids", "topic: {{prefix}}-{{camera-slug}}\ncontent-type: text/plain\n\n{{event-id}}\n");
    ToldCamera camera(target(cluster, "format=" + format, "site"), "door");
    const std::string id = camera.tell();
    const auto messages = reader.waitFor(1);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].value, id);
}

TEST_F(PublishKafka, holdsTheEndOfTheStreamUntilEventsAreAcknowledged)
{
    KafkaCluster cluster;
    KafkaReader reader(cluster);
    ToldCamera camera(target(cluster, "timeout=20"), "door");
    const auto ids = camera.tellMany(300);
    camera.end();
    EXPECT_GE(camera.stat("acknowledged"), ids.size());
    reader.waitFor(ids.size());
    EXPECT_EQ(countOfMissing(reader, ids), 0U);
}

} // namespace
} // namespace ooto::test
