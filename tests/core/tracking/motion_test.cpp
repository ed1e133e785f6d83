// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/tracking/motion.cpp
#include "stage.h"

#include <gtest/gtest.h>

using namespace ooto::core;
using namespace ooto::test;

namespace
{

struct Scores {
    double followed = 0; ///< mean IoU of the predicted boxes with what the detector sees
    double held = 0;     ///< the same for the last detected box
};

/**
 * Five samples a second of a detector that jitters; truth is the same detector on all 25 frames.
 * @param delay how old a sample is before its box is known, s
 */
Scores follow(const std::function<Box(double)> &path, double jitter, double delay, double seconds)
{
    std::mt19937 random(3);
    std::normal_distribution<double> standard;
    const auto noise = [&] { return jitter * standard(random); };
    std::vector<Box> detections;
    for (int frame = 0; frame < seconds * 25; ++frame) {
        const Box box = path(frame / 25.0);
        const double width = box.width * (1 + noise());
        const double height = box.height * (1 + noise());
        detections.push_back({box.centre().x + noise() * box.width - width / 2,
                              box.centre().y + noise() * box.height - height / 2, width, height});
    }
    Scores scores;
    Motion motion(at(0), detections[0]);
    int taken = 0;
    int frames = 0;
    for (int frame = 15; frame < static_cast<int>(detections.size()); ++frame) {
        while (taken + 5 <= frame - delay * 25) {
            taken += 5;
            motion.correct(at(taken / 25.0), detections[taken]);
        }
        scores.followed += iou(motion.predict(at(frame / 25.0), at(0.3)), detections[frame]);
        scores.held += iou(motion.lastBox(), detections[frame]);
        ++frames;
    }
    return {scores.followed / frames, scores.held / frames};
}

} // namespace

TEST(Motion, followsAFaceThatWalksAThirdOfTheFramePerSecond)
{
    const auto walk = [](double t) { return head(0.05 + t / 3, 0.4, 0.0625); };
    EXPECT_GT(follow(walk, 0.02, 0.1, 2.7).followed, 0.82);
    EXPECT_GT(follow(walk, 0.03, 0.1, 2.7).followed, 0.77);
}

TEST(Motion, followsBetterThanHoldingTheBoxThroughTurnsAndSwaying)
{
    const auto turning = [](double t) {
        const double phase = std::fmod(t, 4.0);
        return head(0.2 + 0.25 * std::min(phase, 4 - phase), 0.4, 0.0625);
    };
    const auto swaying = [](double t) { return head(0.5 + 0.1 * std::sin(2 * t), 0.4, 0.12); };
    for (const double jitter : {0.015, 0.03}) {
        const Scores turned = follow(turning, jitter, 0.1, 20);
        EXPECT_GT(turned.followed, turned.held + 0.3);
        const Scores swayed = follow(swaying, jitter, 0.1, 20);
        EXPECT_GT(swayed.followed, swayed.held + 0.08);
    }
}

TEST(Motion, doesNotSetMovingWhatKeepsStill)
{
    const Scores still = follow([](double) { return head(0.5, 0.4); }, 0.025, 0.1, 20);
    EXPECT_GT(still.followed, still.held - 0.02);
}

TEST(Motion, isRightForUnevenIntervals)
{
    Motion motion(at(0), head(0.1, 0.4));
    double time = 0;
    for (const double step : {0.04, 0.5, 0.04, 0.2, 1.0, 0.08, 0.3, 0.04}) {
        time += step;
        motion.correct(at(time), head(0.1 + 0.2 * time, 0.4));
    }
    EXPECT_NEAR(motion.velocity().x, 0.2 / 0.06, 0.15);
    const Box ahead = motion.predict(at(time + 0.3), at(0.3));
    EXPECT_GT(iou(ahead, head(0.1 + 0.2 * (time + 0.3), 0.4)), 0.85);
}

TEST(Motion, fadesOutAndBecomesLessSure)
{
    Motion motion(at(0), head(0.1, 0.4));
    for (double time = 0.2; time < 1.1; time += 0.2)
        motion.correct(at(time), head(0.1 + 0.2 * time, 0.4));
    const double last = motion.lastBox().centre().x;
    EXPECT_NEAR(motion.predict(at(11), at(0.3)).centre().x, last + 0.2 * 0.6, 0.01);
    EXPECT_GT(motion.spread(at(2)).x, 2 * motion.spread(at(1.2)).x);
}

TEST(Motion, takesTheCamerasMotionForNoVelocity)
{
    Motion motion(at(0), head(0.3, 0.4));
    motion.correct(at(0.2), head(0.3, 0.4));
    motion.shift({0.2, 0.1});
    EXPECT_NEAR(motion.predict(at(0.2), at(0.3)).centre().x, 0.5, 1e-6);
    motion.correct(at(0.4), head(0.5, 0.5));
    EXPECT_NEAR(motion.velocity().x, 0, 0.05);
    EXPECT_NEAR(motion.velocity().y, 0, 0.05);
}
