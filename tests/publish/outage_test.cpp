// SPDX-License-Identifier: LGPL-2.1-or-later
// What becomes of events when the broker is away, or the publisher's own process ends.
#include "broker_scene.h"
#include "camera_process.h"
#include "support/soak.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <thread>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class Outage : public BrokerTest
{
};

/** Camera and id of what came, each once, in the order of their first coming. */
std::vector<std::pair<std::string, std::string>> firstComings(const MosquittoBroker &broker)
{
    std::vector<std::pair<std::string, std::string>> first;
    std::set<std::string> known;
    for (const std::string &name : broker.received("ooto/n/")) {
        const std::size_t slash = name.find('/');
        const std::string id = name.substr(slash + 1);
        if (known.insert(id).second)
            first.emplace_back(name.substr(0, slash), id);
    }
    return first;
}

std::size_t countOfMissing(const MosquittoBroker &broker, const std::vector<std::string> &ids)
{
    std::set<std::string> came;
    for (const auto &[camera, id] : firstComings(broker))
        came.insert(id);
    return static_cast<std::size_t>(
        std::count_if(ids.begin(), ids.end(), [&](const auto &id) { return !came.contains(id); }));
}

/** Ids sort in the order in which a process told of them. */
void expectOrderPerCamera(const MosquittoBroker &broker)
{
    std::map<std::string, std::vector<std::string>> byCameraAndRun;
    for (const auto &[camera, id] : firstComings(broker))
        byCameraAndRun[camera + " " + id.substr(0, id.find('-'))].push_back(id);
    for (const auto &[key, ids] : byCameraAndRun)
        EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end())) << key;
}

TEST_F(Outage, losesNothingWhenThePublishersProcessIsKilledInTheMiddleOfOne)
{
    constexpr int lives = 6;
    MosquittoBroker broker;
    TellingCamera cameras(target(broker, idsFormat()));
    std::mt19937 random(20261129);
    for (int life = 0; life < lives; ++life) {
        const std::size_t before = cameras.ids().size();
        ASSERT_NO_FATAL_FAILURE(cameras.start());
        ASSERT_TRUE(eventually([&] { return cameras.ids().size() > before + 50; }));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 300));
        broker.kill();
        const std::size_t inOutage = cameras.ids().size();
        ASSERT_TRUE(eventually([&] { return cameras.ids().size() > inOutage + 150; }));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 300));
        cameras.kill();
        ASSERT_TRUE(broker.start());
    }
    // The last life finds what is left.
    ASSERT_NO_FATAL_FAILURE(cameras.start());
    const std::vector<std::string> told = cameras.ids();
    EXPECT_TRUE(eventually([&] { return countOfMissing(broker, told) == 0; }));
    cameras.kill();
    std::printf("%zu events told in %d lives, %zu of them lost\n", told.size(), lives,
                countOfMissing(broker, told));
    expectOrderPerCamera(broker);
}

TEST_F(Outage, losesNothingWhenThePublishersProcessIsKilledWhileItSends)
{
    MosquittoBroker broker;
    TellingCamera cameras(target(broker, idsFormat()));
    std::mt19937 random(4);
    for (int life = 0; life < 6; ++life) {
        const std::size_t before = cameras.ids().size();
        ASSERT_NO_FATAL_FAILURE(cameras.start());
        ASSERT_TRUE(eventually([&] { return cameras.ids().size() > before + 50; }));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 200));
        cameras.kill();
    }
    ASSERT_NO_FATAL_FAILURE(cameras.start());
    const std::vector<std::string> told = cameras.ids();
    EXPECT_TRUE(eventually([&] { return countOfMissing(broker, told) == 0; }));
    cameras.kill();
    EXPECT_EQ(countOfMissing(broker, told), 0U);
    expectOrderPerCamera(broker);
}

/** How a broker goes away, and comes back. */
struct Absence {
    const char *how;
    std::function<void(MosquittoBroker &)> begin;
    std::function<void(MosquittoBroker &)> end;
};

class OutageOfAKind : public BrokerTest, public testing::WithParamInterface<Absence>
{
};

TEST_P(OutageOfAKind, ofTenThousandEventsCostsNoMemory)
{
    constexpr std::size_t count = 10000;
    constexpr std::size_t mostGrowth = std::size_t{10} << 20;
    MosquittoBroker broker;
    ToldCamera camera(target(broker, idsFormat()), "door");
    std::vector<std::string> ids = camera.tellMany(500);
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == ids.size(); }));
    ids.reserve(ids.size() + count);
    GetParam().begin(broker);
    const std::size_t before = residentBytes();
    const auto told = camera.tellMany(count);
    ids.insert(ids.end(), told.begin(), told.end());
    ASSERT_TRUE(camera.waitForReport("down"));
    ASSERT_TRUE(eventually([&] { return camera.stat("spooled") == count; }));
    const std::size_t during = residentBytes();
    EXPECT_EQ(camera.stat("acknowledged"), ids.size() - count);
    EXPECT_LE(camera.stat("in-flight"), 20U);
    GetParam().end(broker);
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == ids.size(); }));
    const std::size_t after = residentBytes();
    std::printf("resident: %zu kB before, %zu kB with %zu events waiting, %zu kB after\n",
                before / 1024, during / 1024, count, after / 1024);
    EXPECT_EQ(camera.stat("dropped"), 0U);
    EXPECT_EQ(countOfMissing(broker, ids), 0U);
    expectOrderPerCamera(broker);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_LT(during, before + mostGrowth);
    EXPECT_LT(after, before + mostGrowth);
#endif
}

INSTANTIATE_TEST_SUITE_P(
    Outage, OutageOfAKind,
    testing::Values(Absence{"killed", [](MosquittoBroker &broker) { broker.kill(); },
                            [](MosquittoBroker &broker) { EXPECT_TRUE(broker.start()); }},
                    Absence{"frozen", [](MosquittoBroker &broker) { broker.freeze(); },
                            [](MosquittoBroker &broker) { broker.thaw(); }}),
    [](const auto &kind) { return kind.param.how; });

TEST_F(Outage, countsAsSentOnlyWhatWasAcknowledged)
{
    MosquittoBroker broker;
    ToldCamera camera(target(broker, idsFormat()), "door");
    ASSERT_TRUE(eventually([&] { return camera.isConnected(); }));
    broker.freeze();
    for (int i = 0; i < 30; ++i)
        camera.tell();
    ASSERT_TRUE(eventually([&] { return camera.stat("spooled") == 30; }));
    ASSERT_TRUE(camera.waitForReport("down"));
    EXPECT_EQ(camera.stat("acknowledged"), 0U);
    EXPECT_LE(camera.stat("in-flight"), 20U);
    broker.thaw();
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 30; }));
    EXPECT_EQ(camera.stat("spooled"), 0U);
    EXPECT_TRUE(camera.isInState("ok"));
    EXPECT_EQ(firstComings(broker).size(), 30U);
}

TEST_F(Outage, countsAndTellsWhatHasNoPlace)
{
    constexpr std::size_t count = 1000;
    MosquittoBroker broker({}, false);
    ToldCamera camera(target(broker, "spool-size=100000" + idsFormat()), "door");
    const auto ids = camera.tellMany(count);
    ASSERT_TRUE(
        eventually([&] { return camera.stat("dropped") + camera.stat("spooled") == count; }));
    const std::uint64_t dropped = camera.stat("dropped");
    EXPECT_GT(dropped, count / 4);
    EXPECT_LE(camera.stat("spool-bytes"), 100000U);
    ASSERT_TRUE(broker.start());
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == count - dropped; }));
    EXPECT_EQ(camera.stat("dropped"), dropped);
    // The oldest went.
    const auto came = firstComings(broker);
    ASSERT_EQ(came.size(), count - dropped);
    for (std::size_t i = 0; i < came.size(); ++i)
        ASSERT_EQ(came[i].second, ids[dropped + i]);
}

TEST_F(Outage, neverEndsOrDelaysTheVideo)
{
    MosquittoBroker broker({}, false);
    ToldCamera camera(target(broker), "door");
    const auto play = [&](int frames) {
        const auto begin = Clock::now();
        for (int i = 0; i < frames; ++i) {
            EXPECT_TRUE(camera.frame());
            camera.tell({.track = std::uint64_t(i % 5 + 1)});
        }
        return Clock::now() - begin;
    };
    auto took = play(200);
    ASSERT_TRUE(camera.waitForReport("down"));
    ASSERT_TRUE(broker.start());
    ASSERT_TRUE(camera.isInState("ok"));
    took += play(200);
    broker.freeze();
    took += play(200);
    broker.thaw();
    broker.kill();
    took += play(200);
    // As bounded as a busy machine lets it be: one wait for the target would take longer.
    std::printf("800 frames and 800 events in %.0f ms\n",
                std::chrono::duration<double, std::milli>(took).count());
    EXPECT_LT(took, 20s);
    EXPECT_TRUE(camera.errors().empty());
}

TEST_F(Outage, letsTheStreamEndWhenNobodyIsThere)
{
    MosquittoBroker broker({}, false);
    {
        ToldCamera camera(target(broker, "timeout=600" + idsFormat()), "door");
        camera.tell();
        ASSERT_TRUE(camera.waitForReport("down"));
        camera.end();
        EXPECT_TRUE(camera.errors().empty());
    }
    ASSERT_TRUE(broker.start());
    ToldCamera camera(target(broker, idsFormat()), "door");
    EXPECT_TRUE(eventually([&] { return firstComings(broker).size() == 2; }))
        << "its `new`, and the `end` that the stream's end made";
}

TEST_F(Outage, holdsTheEndOfTheStreamUntilEventsAreAcknowledged)
{
    MosquittoBroker broker;
    ToldCamera camera(target(broker, "timeout=20" + idsFormat()), "door");
    ASSERT_TRUE(eventually([&] { return camera.isConnected(); }));
    const auto ids = camera.tellMany(300);
    camera.end();
    EXPECT_GE(camera.stat("acknowledged"), ids.size());
    EXPECT_EQ(countOfMissing(broker, ids), 0U);
}

TEST_F(Outage, givesWhatWaitedItsDelay)
{
    MosquittoBroker broker({.users = {{"camera", "right"}}});
    MosquittoSubscriber subscriber(broker, "ooto/camera/door/event", "camera", "right");
    ToldCamera camera(target(broker, "user-id=camera user-pw=wrong"), "door");
    const std::string id = camera.tell();
    ASSERT_TRUE(eventually([&] { return camera.stat("spooled") == 1; }));
    std::this_thread::sleep_for(2100ms);
    g_object_set(camera.element(), "user-pw", "right", nullptr);
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 1; }));
    camera.tell({.track = 2});
    const auto messages = subscriber.waitFor("ooto/camera/door/event", 2);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(textMember(messages[0].payload, "event-id"), id);
    EXPECT_NE(messages[0].payload.find("\"delayed-ms\":"), std::string::npos);
    EXPECT_EQ(messages[1].payload.find("delayed-ms"), std::string::npos);
}

} // namespace
} // namespace ooto::test
