// SPDX-License-Identifier: LGPL-2.1-or-later
// Three cameras for minutes at a broker that is killed, stopped and started again at random.
#include "broker_scene.h"
#include "support/soak.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <thread>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t seed = 20261129;
constexpr std::array<const char *, 3> cameraNames = {"door", "yard", "garage"};

class PublishSoak : public BrokerTest
{
};

/** Ids of what the broker's log says came, by camera, each once, in the order of coming. */
std::map<std::string, std::vector<std::string>> comings(const MosquittoBroker &broker)
{
    std::map<std::string, std::vector<std::string>> first;
    std::set<std::string> known;
    for (const std::string &name : broker.received("ooto/n/")) {
        const std::size_t slash = name.find('/');
        if (known.insert(name).second)
            first[name.substr(0, slash)].push_back(name.substr(slash + 1));
    }
    return first;
}

TEST_F(PublishSoak, losesNothingAtABrokerInTrouble)
{
    MosquittoBroker broker;
    // Two that share a connection, and one of its own; the last also stops and starts.
    const std::string shared = target(broker, idsFormat());
    std::vector<std::unique_ptr<ToldCamera>> cameras;
    cameras.push_back(std::make_unique<ToldCamera>(shared, cameraNames[0]));
    cameras.push_back(std::make_unique<ToldCamera>(shared, cameraNames[1]));
    const std::string own = target(broker, "presence-hold=60" + idsFormat());
    cameras.push_back(std::make_unique<ToldCamera>(own, cameraNames[2]));

    std::map<std::string, std::vector<std::string>> told;
    for (const char *name : cameraNames)
        told[name].reserve(static_cast<std::size_t>(soakTime().count()) * 100);
    // What this test itself remembers is not the element's.
    const auto remembered = [&told] {
        constexpr std::size_t perId = sizeof(std::string) + 48; // 48: where its text is
        std::size_t count = 0;
        for (const auto &[camera, ids] : told)
            count += ids.size();
        return count * perId;
    };
    std::mt19937 random(seed);
    enum class Broker { Up, Killed, Frozen } state = Broker::Up;
    unsigned kills = 0;
    unsigned freezes = 0;
    unsigned restarts = 0;
    Clock::duration longestPush{0};
    Clock::duration longestStop{0};
    std::size_t before = 0;
    const auto begin = Clock::now();
    const auto end = begin + soakTime();
    auto nextTrouble = begin + 1s;
    auto nextRestart = begin + 3s;
    std::uint64_t track = 0;
    while (Clock::now() < end) {
        ++track;
        for (std::size_t i = 0; i < cameras.size(); ++i) {
            const auto pushed = Clock::now();
            ASSERT_TRUE(cameras[i]->frame());
            told[cameraNames[i]].push_back(cameras[i]->tell({.track = track % 20 + 1}));
            longestPush = std::max(longestPush, Clock::now() - pushed);
        }
        std::this_thread::sleep_for(10ms);
        if (before == 0 && Clock::now() > begin + soakTime() / 4)
            before = residentBytes() - remembered();
        if (Clock::now() >= nextTrouble) {
            nextTrouble = Clock::now() + std::chrono::milliseconds(300 + random() % 4000);
            if (state == Broker::Killed) {
                ASSERT_TRUE(broker.start());
                state = Broker::Up;
            } else if (state == Broker::Frozen) {
                broker.thaw();
                state = Broker::Up;
            } else if (random() % 2 == 0) {
                broker.kill();
                ++kills;
                state = Broker::Killed;
            } else {
                broker.freeze();
                ++freezes;
                state = Broker::Frozen;
            }
        }
        if (Clock::now() >= nextRestart) {
            nextRestart = Clock::now() + std::chrono::milliseconds(2000 + random() % 4000);
            const auto stopped = Clock::now();
            cameras[2]->stop();
            longestStop = std::max(longestStop, Clock::now() - stopped);
            ++restarts;
            EXPECT_TRUE(cameras[2]->errors().empty());
            cameras[2] = std::make_unique<ToldCamera>(own, cameraNames[2]);
        }
    }
    if (state == Broker::Killed) {
        ASSERT_TRUE(broker.start());
    }
    broker.thaw();
    const std::size_t after = residentBytes() - remembered();

    const auto missing = [&] {
        std::size_t count = 0;
        const auto came = comings(broker);
        for (const auto &[camera, ids] : told) {
            const auto found = came.find(camera);
            const std::set<std::string> there =
                found == came.end()
                    ? std::set<std::string>()
                    : std::set<std::string>(found->second.begin(), found->second.end());
            count += static_cast<std::size_t>(
                std::count_if(ids.begin(), ids.end(),
                              [&](const std::string &id) { return !there.contains(id); }));
        }
        return count;
    };
    // What a stopped element left is taken over within a minute.
    const auto longest = Clock::now() + 90s;
    while (missing() > 0 && Clock::now() < longest)
        std::this_thread::sleep_for(500ms);
    std::size_t all = 0;
    for (const auto &[camera, ids] : told)
        all += ids.size();
    std::printf(
        "%zu events of 3 cameras, %zu lost; broker killed %u and stopped %u times, an element "
        "restarted %u times; longest push %.1f ms, longest stop %.0f ms, "
        "resident %zu -> %zu kB\n",
        all, missing(), kills, freezes, restarts,
        std::chrono::duration<double, std::milli>(longestPush).count(),
        std::chrono::duration<double, std::milli>(longestStop).count(), before / 1024,
        after / 1024);
    EXPECT_EQ(missing(), 0U);
    EXPECT_GT(kills + freezes, 0U);
    const auto came = comings(broker);
    for (std::size_t i = 0; i < 2; ++i) {
        // Of the one that starts anew the next element may overtake what the last one left.
        const std::vector<std::string> &ids = came.at(cameraNames[i]);
        EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end())) << cameraNames[i];
        EXPECT_TRUE(cameras[i]->errors().empty());
        EXPECT_EQ(cameras[i]->stat("dropped"), 0U);
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_LT(after, before + (std::size_t{10} << 20)) << "memory grows";
#endif
}

} // namespace
} // namespace ooto::test
