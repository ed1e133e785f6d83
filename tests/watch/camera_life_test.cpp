// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/camera_life.h"
#include "camera/flow_meter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace ooto::watch
{

namespace
{

using namespace std::chrono_literals;
using Deed = CameraLife::Deed;

constexpr CameraLife::Time start = CameraLife::Time(1000s);

/** A camera and the time. */
class Scene
{
public:
    explicit Scene(const LifeRules &rules = {}, bool active = true) : life(rules, active, 1) {}

    void build()
    {
        ASSERT_EQ(life.nextDeed(now), Deed::Build);
        life.noteBuilt(now);
        meter = FlowMeter();
    }
    void picture(std::chrono::nanoseconds nominal = 0ns)
    {
        meter.notePicture(now, nominal);
        life.noteFlow(meter.flow(), now);
    }
    /** So many pictures, each after so long. */
    void pictures(int count, std::chrono::milliseconds interval)
    {
        for (int i = 0; i < count; ++i) {
            now += interval;
            picture();
        }
    }
    /** It fails now; @return how long it pauses */
    std::chrono::nanoseconds fail()
    {
        life.noteFailure("It is gone.");
        EXPECT_EQ(life.nextDeed(now), Deed::TearDown);
        life.noteTornDown(now);
        const auto pause = *life.due() - now;
        now += pause;
        return pause;
    }
    /** Waits until there is something to do. */
    Deed await()
    {
        now = *life.due();
        return life.nextDeed(now);
    }

    CameraLife life;
    FlowMeter meter;
    CameraLife::Time now = start;
};

TEST(CameraLife, isBuiltAtOnceAndLiveWithTheFirstPicture)
{
    Scene scene;
    EXPECT_EQ(scene.life.state(), CameraState::Ended);
    scene.build();
    EXPECT_EQ(scene.life.nextDeed(scene.now), Deed::Nothing);
    EXPECT_EQ(scene.life.state(), CameraState::Ended);
    scene.picture();
    EXPECT_EQ(scene.life.state(), CameraState::Live);
    EXPECT_EQ(scene.life.reason(), "");
}

TEST(CameraLife, saysEachDeedOnce)
{
    Scene scene;
    EXPECT_EQ(scene.life.nextDeed(scene.now), Deed::Build);
    EXPECT_EQ(scene.life.nextDeed(scene.now), Deed::Nothing);
    scene.life.noteBuilt(scene.now);
    scene.life.noteFailure("It is gone.");
    EXPECT_EQ(scene.life.nextDeed(scene.now), Deed::TearDown);
    EXPECT_EQ(scene.life.nextDeed(scene.now + 1h), Deed::Nothing);
}

TEST(CameraLife, stallsWhenNothingCameForTheTimeout)
{
    Scene scene;
    scene.build();
    scene.pictures(30, 40ms);
    EXPECT_EQ(scene.life.nextDeed(scene.now + 9999ms), Deed::Nothing);
    EXPECT_EQ(scene.life.state(), CameraState::Live);
    EXPECT_EQ(scene.life.due(), scene.now + 10s);
    EXPECT_EQ(scene.life.nextDeed(scene.now + 10s), Deed::TearDown);
    EXPECT_EQ(scene.life.state(), CameraState::Stalled);
    EXPECT_EQ(scene.life.reason(), "No picture came for 10 s.");
}

TEST(CameraLife, waitsThreeIntervalsForASlowCamera)
{
    Scene scene;
    scene.build();
    scene.picture();
    for (int i = 0; i < 20; ++i) {
        scene.now += 10s;
        EXPECT_EQ(scene.life.nextDeed(scene.now), Deed::Nothing) << i;
        scene.picture();
    }
    EXPECT_EQ(scene.life.nextDeed(scene.now + 29s), Deed::Nothing);
    EXPECT_EQ(scene.life.nextDeed(scene.now + 30s), Deed::TearDown);
    EXPECT_EQ(scene.life.state(), CameraState::Stalled);
}

TEST(CameraLife, knowsTheIntervalOfASlowCameraAfterARestart)
{
    Scene scene;
    scene.build();
    scene.picture();
    scene.pictures(5, 20s);
    scene.fail();
    scene.build();
    EXPECT_EQ(scene.life.nextDeed(scene.now + 59s), Deed::Nothing);
    EXPECT_EQ(scene.life.nextDeed(scene.now + 60s), Deed::TearDown);
}

TEST(CameraLife, believesAFrameRateBeforeTheSecondPicture)
{
    Scene scene;
    scene.build();
    scene.picture(20s);
    EXPECT_EQ(scene.life.nextDeed(scene.now + 59s), Deed::Nothing);
    EXPECT_EQ(scene.life.nextDeed(scene.now + 60s), Deed::TearDown);
}

TEST(CameraLife, forgetsALongIntervalByAndBy)
{
    Scene scene;
    scene.build();
    scene.picture();
    scene.pictures(1, 9s);
    EXPECT_EQ(scene.life.due(), scene.now + 27s);
    scene.pictures(500, 40ms);
    EXPECT_EQ(scene.life.due(), scene.now + 10s);
}

TEST(CameraLife, saysWhatNeverCame)
{
    Scene scene({.stallTimeout = 2500ms});
    scene.build();
    EXPECT_EQ(scene.await(), Deed::TearDown);
    EXPECT_EQ(scene.now, start + 2500ms);
    EXPECT_EQ(scene.life.state(), CameraState::Ended);
    EXPECT_EQ(scene.life.reason(), "No picture came within 2.5 s.");
}

TEST(CameraLife, saysThatDataCameWithoutPictures)
{
    Scene scene;
    scene.build();
    scene.meter.noteData();
    scene.life.noteFlow(scene.meter.flow(), scene.now);
    EXPECT_EQ(scene.await(), Deed::TearDown);
    EXPECT_EQ(scene.life.state(), CameraState::Ended);
    EXPECT_NE(scene.life.reason().find("key frames"), std::string::npos);
}

TEST(CameraLife, staysStalledWhileNothingComes)
{
    Scene scene;
    scene.build();
    scene.pictures(30, 40ms);
    ASSERT_EQ(scene.await(), Deed::TearDown);
    scene.life.noteTornDown(scene.now);
    const std::string reason = scene.life.reason();
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(scene.await(), Deed::Build);
        scene.life.noteBuilt(scene.now);
        ASSERT_EQ(scene.await(), Deed::TearDown);
        scene.life.noteTornDown(scene.now);
        EXPECT_EQ(scene.life.state(), CameraState::Stalled);
        EXPECT_EQ(scene.life.reason(), reason);
    }
}

TEST(CameraLife, takesALateEndOfTheStreamForAStall)
{
    Scene scene;
    scene.build();
    scene.pictures(30, 40ms);
    scene.now += 9s;
    scene.life.noteEndOfStream(scene.now);
    EXPECT_EQ(scene.life.state(), CameraState::Stalled);

    Scene other;
    other.build();
    other.pictures(30, 40ms);
    other.now += 300ms;
    other.life.noteEndOfStream(other.now);
    EXPECT_EQ(other.life.state(), CameraState::Ended);
    EXPECT_EQ(other.life.reason(), "The stream ended.");
}

TEST(CameraLife, pausesTwiceAsLongAtMostUpToTheLongestForEver)
{
    Scene scene;
    std::chrono::nanoseconds bound = 1s;
    std::chrono::nanoseconds longest = 0ns;
    for (int i = 0; i < 1000; ++i) {
        scene.build();
        const auto pause = scene.fail();
        EXPECT_GT(pause, 0ns) << i;
        EXPECT_LE(pause, bound) << i;
        EXPECT_GE(pause, i > 20 ? 15s : 500ms) << i;
        bound = std::min<std::chrono::nanoseconds>(30s, 2 * bound);
        longest = std::max(longest, pause);
    }
    EXPECT_GT(longest, 20s);
}

TEST(CameraLife, pausesBelowASecondWhenTheLongestIs)
{
    Scene scene({.restartMax = 50ms});
    for (int i = 0; i < 100; ++i) {
        scene.build();
        const auto pause = scene.fail();
        EXPECT_GE(pause, 25ms);
        EXPECT_LE(pause, 50ms);
    }
}

TEST(CameraLife, beginsAnewAfterItWasLiveForAWhile)
{
    Scene scene;
    for (int i = 0; i < 20; ++i) {
        scene.build();
        scene.fail();
    }
    scene.build();
    scene.pictures(100, 40ms);
    EXPECT_GT(scene.fail(), 10s) << "four seconds are no while";
    scene.build();
    scene.pictures(1000, 40ms);
    EXPECT_LE(scene.fail(), 1s);
}

TEST(CameraLife, isOffUntilItIsSwitchedOn)
{
    Scene scene({}, false);
    EXPECT_EQ(scene.life.state(), CameraState::Off);
    EXPECT_EQ(scene.life.nextDeed(scene.now + 1h), Deed::Nothing);
    EXPECT_FALSE(scene.life.due());
    scene.life.setActive(true);
    EXPECT_EQ(scene.life.state(), CameraState::Ended);
    scene.build();
}

TEST(CameraLife, isTornDownWhenItIsSwitchedOff)
{
    Scene scene;
    scene.build();
    scene.picture();
    scene.life.setActive(false);
    EXPECT_EQ(scene.life.state(), CameraState::Off);
    EXPECT_EQ(scene.life.nextDeed(scene.now), Deed::TearDown);
    scene.life.noteTornDown(scene.now);
    EXPECT_EQ(scene.life.nextDeed(scene.now + 1h), Deed::Nothing);
    EXPECT_EQ(scene.life.state(), CameraState::Off);
}

TEST(CameraLife, isBuiltWithoutAPauseWhenItIsSwitchedOnWhileItIsTornDown)
{
    Scene scene;
    scene.build();
    scene.life.setActive(false);
    ASSERT_EQ(scene.life.nextDeed(scene.now), Deed::TearDown);
    scene.life.setActive(true);
    EXPECT_EQ(scene.life.nextDeed(scene.now), Deed::Nothing);
    scene.life.noteTornDown(scene.now);
    EXPECT_EQ(scene.life.nextDeed(scene.now), Deed::Build);
}

TEST(CameraLife, isSwitchedOffWhileItPausesOrIsAwaited)
{
    Scene scene;
    scene.build();
    scene.fail();
    scene.now -= 1ms;
    scene.life.setActive(false);
    EXPECT_EQ(scene.life.nextDeed(scene.now + 1h), Deed::Nothing);
    scene.life.setActive(true);
    ASSERT_EQ(scene.life.nextDeed(scene.now), Deed::Build);
    EXPECT_TRUE(scene.life.isAwaited());
    scene.life.setActive(false);
    EXPECT_FALSE(scene.life.isAwaited());
    EXPECT_EQ(scene.life.nextDeed(scene.now), Deed::TearDown);
    scene.life.noteTornDown(scene.now);
    EXPECT_EQ(scene.life.nextDeed(scene.now + 1h), Deed::Nothing);
}

TEST(CameraLife, heedsNothingFromWhatIsBeingTornDown)
{
    Scene scene;
    scene.build();
    scene.picture();
    scene.life.noteFailure("It is gone.");
    ASSERT_EQ(scene.life.nextDeed(scene.now), Deed::TearDown);
    scene.picture();
    scene.life.noteFailure("It is gone once more.");
    scene.life.noteEndOfStream(scene.now);
    EXPECT_EQ(scene.life.state(), CameraState::Ended);
    EXPECT_EQ(scene.life.reason(), "It is gone.");
}

} // namespace

} // namespace ooto::watch
