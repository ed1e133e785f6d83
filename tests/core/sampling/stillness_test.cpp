// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/sampling/stillness.cpp
#include "core/asking/photo_plan.h"
#include "core/sampling/stillness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace ooto::core;
using namespace std::chrono_literals;

namespace
{

constexpr FrameShape fullHd{1920, 1080, 1, 1};
constexpr double usualLeastPx = 48;

/** A street without anybody, seen by a camera that has noise: five samples a second. */
class Street
{
public:
    explicit Street(double noisePerPixel = 6, FrameShape frame = fullHd)
        : frame_(frame), size_(gridSize(frame, usualLeastPx))
    {
        // Of a cell two lines are looked at.
        const double cellWidth = static_cast<double>(frame.width) / size_.columns;
        noisePerCell_ = static_cast<float>(noisePerPixel / std::sqrt(2 * cellWidth));
        for (int row = 0; row < size_.rows; ++row)
            for (int column = 0; column < size_.columns; ++column)
                empty_.push_back(90 + 50 * std::sin(column * 0.3f) * std::cos(row * 0.2f));
    }

    /** Something flat in the picture: frame pixels, and how much lighter it is. */
    struct Thing {
        Box px;
        float contrast = 0;
    };

    LumaGrid seen(const std::vector<Thing> &things = {}, float factor = 1, float offset = 0)
    {
        LumaGrid grid{size_.columns, size_.rows, empty_};
        const double width = static_cast<double>(frame_.width) / size_.columns;
        const double height = static_cast<double>(frame_.height) / size_.rows;
        for (const Thing &thing : things) {
            const auto cells = [](double from, double to, double cell, int most) {
                const auto first = static_cast<int>(std::floor(from / cell));
                return std::pair{std::clamp(first, 0, most),
                                 std::clamp(static_cast<int>(std::ceil(to / cell)), 0, most)};
            };
            const auto [left, right] = cells(thing.px.x, thing.px.right(), width, size_.columns);
            const auto [top, bottom] = cells(thing.px.y, thing.px.bottom(), height, size_.rows);
            for (int row = top; row < bottom; ++row) {
                for (int column = left; column < right; ++column) {
                    const Box cell{column * width, row * height, width, height};
                    const double covered = intersection(cell, thing.px).area() / cell.area();
                    grid.luma[row * size_.columns + column] +=
                        thing.contrast * static_cast<float>(covered);
                }
            }
        }
        for (float &luma : grid.luma)
            luma = luma * factor + offset + noisePerCell_ * standard_(random_);
        return grid;
    }

    /** Lets Stillness look at the next sample. */
    bool wakes(const LumaGrid &grid, bool anyTrack = false)
    {
        time_ += 200ms;
        const bool must = stillness_.noteSample(time_, grid, anyTrack);
        if (must)
            stillness_.noteDetection(time_, grid);
        return must;
    }

    /** Until nothing but the regular look is due, which has just been. */
    void fallAsleep()
    {
        for (int i = 0; i < 20; ++i)
            wakes(seen());
        while (!wakes(seen())) {
        }
    }

    int detectionsIn(int samples, float factorPerSample = 1)
    {
        int count = 0;
        float factor = 1;
        for (int i = 0; i < samples; ++i)
            count += wakes(seen({}, factor *= factorPerSample));
        return count;
    }

    StreamTime time_{};
    Stillness stillness_;
    FrameShape frame_;
    GridSize size_;
    std::vector<float> empty_;
    std::normal_distribution<float> standard_;
    float noisePerCell_ = 0;
    std::mt19937 random_{11};
};

/** The smallest face that is tracked. */
Street::Thing smallestFace(double x, double y, float contrast = 10)
{
    const double side = trackedFacePx(usualLeastPx);
    return {{x, y, side, side * 1.25}, contrast};
}

/** People without a face to be found, who never stop moving. */
using Backs = std::function<std::vector<Street::Thing>(double seconds)>;

/** Somebody upright, `width` px wide. */
Street::Thing back(double x, double y, double width, float contrast)
{
    return {{x - width / 2, y, width, 3.2 * width}, contrast};
}

const std::map<std::string, Backs> peopleFromBehind = {
    {"one who walks to and fro",
     [](double t) { return std::vector{back(960 + 600 * std::sin(t), 300, 160, -45)}; }},
    {"a queue that sways",
     [](double t) {
         std::vector<Street::Thing> queue;
         for (int i = 0; i < 6; ++i)
             queue.push_back(back(400 + 200 * i + 50 * std::sin(1.7 * t + i), 350, 150, 40));
         return queue;
     }},
    {"a crowd that walks away",
     [](double t) {
         std::vector<Street::Thing> crowd;
         for (int i = 0; i < 24; ++i) {
             const double place = std::fmod(i * 80 + t * (120 + 13 * (i % 5)), 1920);
             crowd.push_back(back(place, 200 + 30 * (i % 7), 90, i % 2 ? 50 : -40));
         }
         return crowd;
     }},
    {"heads above a counter",
     [](double t) {
         std::vector<Street::Thing> heads;
         for (int i = 0; i < 5; ++i)
             heads.push_back(
                 {{600.0 + 90 * i + 260 * std::sin((0.6 + 0.1 * i) * t), 420, 80, 100}, -50});
         return heads;
     }},
    {"one in a pattern of squares",
     [](double t) {
         const double x = 900 + 350 * std::sin(0.9 * t);
         std::vector<Street::Thing> clothes;
         for (int i = 0; i < 8 * 20; ++i)
             clothes.push_back({{x + i % 8 * 22, 250.0 + i / 8 * 22, 22, 22},
                                static_cast<float>(i * 7919 % 97) - 30});
         return clothes;
     }},
    {"dark clothes before a dark wall",
     [](double t) {
         return std::vector{back(960 + 500 * std::sin(0.8 * t), 300, 180, -12),
                            back(900 + 500 * std::cos(0.7 * t), 320, 180, -10)};
     }},
};

} // namespace

TEST(GridSize, hasCellsOfTwoThirdsOfTheSmallestFace)
{
    for (const FrameShape &frame : {fullHd, FrameShape{1280, 720, 1, 1}}) {
        const GridSize size = gridSize(frame, usualLeastPx);
        const double most = trackedFacePx(usualLeastPx) * 2 / 3;
        EXPECT_LE(static_cast<double>(frame.width) / size.columns, most);
        EXPECT_LE(static_cast<double>(frame.height) / size.rows, most);
        EXPECT_GT(static_cast<double>(frame.width) / size.columns, most * 0.95);
    }
}

TEST(GridSize, staysWithinItsLimits)
{
    const GridSize large = gridSize({7680, 4320, 1, 1}, 10);
    EXPECT_EQ(large.columns, 160);
    EXPECT_EQ(large.rows, 90);
    const GridSize small = gridSize({320, 240, 1, 1}, 1000);
    EXPECT_EQ(small.columns, 16);
    EXPECT_EQ(small.rows, 9);
    const GridSize tiny = gridSize({4, 2, 1, 1}, 48);
    EXPECT_EQ(tiny.columns, 4);
    EXPECT_EQ(tiny.rows, 2);
}

TEST(Stillness, looksAtTheFirstSample)
{
    Street street;
    EXPECT_TRUE(street.wakes(street.seen()));
}

TEST(Stillness, looksOnceInTenSecondsAtAStillScene)
{
    for (const double noise : {0, 2, 6, 10}) {
        Street street(noise);
        street.fallAsleep();
        const int detections = street.detectionsIn(5 * 600);
        EXPECT_GE(detections, 59) << noise;
        // By chance noise may wake us once.
        EXPECT_LE(detections, 66) << noise;
    }
}

TEST(Stillness, noticesTheSmallestFaceAtOnceWhereverItLies)
{
    for (double x = 700; x < 722; x += 5) {
        for (double y = 300; y < 322; y += 5) {
            for (const float contrast : {10, -12}) {
                Street street;
                street.fallAsleep();
                ASSERT_FALSE(street.wakes(street.seen()));
                EXPECT_TRUE(street.wakes(street.seen({smallestFace(x, y, contrast)})))
                    << x << ", " << y;
            }
        }
    }
}

TEST(Stillness, noticesWhatComesTooSlowlyToBeSeenFromSampleToSample)
{
    Street street(2);
    street.fallAsleep();
    bool woke = false;
    for (float contrast = 0; contrast < 12 && !woke; contrast += 0.3f)
        woke = street.wakes(street.seen({smallestFace(500, 500, contrast)}));
    EXPECT_TRUE(woke);
}

TEST(Stillness, staysAwakeForASecondAfterTheLastMotion)
{
    Street street;
    street.fallAsleep();
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(street.wakes(street.seen({smallestFace(300 + 40 * i, 500, 30)}))) << i;
    const std::vector<Street::Thing> standing = {smallestFace(660, 500, 30)};
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(street.wakes(street.seen(standing))) << i;
    EXPECT_FALSE(street.wakes(street.seen(standing)));
}

TEST(Stillness, looksAtTwoMoreSamplesHoweverFarApartTheyAre)
{
    Street street;
    street.fallAsleep();
    const std::vector<Street::Thing> face = {smallestFace(660, 500, 30)};
    EXPECT_TRUE(street.wakes(street.seen(face)));
    for (int i = 0; i < 2; ++i) {
        street.time_ += 2s;
        EXPECT_TRUE(street.wakes(street.seen(face)));
    }
    street.time_ += 2s;
    EXPECT_FALSE(street.wakes(street.seen(face)));
}

TEST(Stillness, remembersMotionThatThereWasNoTimeToLookAt)
{
    Street street;
    street.fallAsleep();
    const std::vector<Street::Thing> face = {smallestFace(660, 500, 20)};
    for (int i = 0; i < 30; ++i) {
        street.time_ += 200ms;
        EXPECT_TRUE(street.stillness_.noteSample(street.time_, street.seen(face), false)) << i;
    }
}

TEST(Stillness, doesNotMindTheLight)
{
    Street street;
    street.fallAsleep();
    EXPECT_FALSE(street.wakes(street.seen({}, 1, 12)));
    EXPECT_FALSE(street.wakes(street.seen({}, 1, -8)));
    EXPECT_FALSE(street.wakes(street.seen({}, 1.2f)));
    EXPECT_FALSE(street.wakes(street.seen({}, 0.8f)));
    // Dusk.
    EXPECT_LE(street.detectionsIn(5 * 60, 0.998f), 7);
}

TEST(Stillness, noticesAFaceWhileTheLightChanges)
{
    Street street;
    street.fallAsleep();
    EXPECT_TRUE(street.wakes(street.seen({smallestFace(660, 500, 20)}, 1.1f)));
}

TEST(Stillness, getsUsedToWhatFlickersInOnePlace)
{
    Street street;
    street.fallAsleep();
    int detections = 0;
    // A clock whose digits change once a second.
    const auto clock = [](int second) {
        return Street::Thing{{40, 20, 60, 30}, second % 2 ? 40.0f : 70.0f};
    };
    for (int i = 0; i < 5 * 60; ++i)
        street.wakes(street.seen({clock(i / 5)}));
    for (int i = 0; i < 5 * 60; ++i)
        detections += street.wakes(street.seen({clock(i / 5)}));
    EXPECT_LE(detections, 7);
    // But not to what happens elsewhere, and not to more than that.
    EXPECT_TRUE(street.wakes(street.seen({clock(0), smallestFace(900, 700)})));
}

TEST(Stillness, doesNotGetUsedToPeopleWhoPass)
{
    Street street;
    street.fallAsleep();
    for (int i = 0; i < 25; ++i)
        street.wakes(street.seen({{{100.0 + 60 * i, 300, 80, 300}, 60}}));
    for (int i = 0; i < 5 * 60; ++i)
        street.wakes(street.seen());
    while (!street.wakes(street.seen())) {
    }
    EXPECT_TRUE(street.wakes(street.seen({smallestFace(700, 400)})));
}

TEST(Stillness, isNeverBlindedByPeopleSeenFromBehind)
{
    for (const auto &[who, backs] : peopleFromBehind) {
        for (const int seconds : {40, 55}) {
            Street street;
            street.fallAsleep();
            for (int i = 0; i < 5 * seconds; ++i)
                street.wakes(street.seen(backs(i * 0.2)));
            while (street.wakes(street.seen())) {
            }
            // Somebody walks through what they stood in front of.
            for (int i = 0; i < 2; ++i)
                EXPECT_TRUE(street.wakes(street.seen({smallestFace(500 + 30 * i, 420, 25)})))
                    << who << ", " << seconds << " s, sample " << i;
        }
    }
}

TEST(Stillness, looksAtPeopleSeenFromBehindEachSecond)
{
    for (const auto &[who, backs] : peopleFromBehind) {
        Street street;
        street.fallAsleep();
        int sinceLook = 0;
        int longest = 0;
        for (int i = 0; i < 5 * 60; ++i) {
            sinceLook = street.wakes(street.seen(backs(i * 0.2))) ? 0 : sinceLook + 1;
            longest = std::max(longest, sinceLook);
        }
        EXPECT_LE(longest, 5) << who;
    }
}

TEST(Stillness, getsUsedToLeavesInTheWind)
{
    Street street;
    street.fallAsleep();
    std::normal_distribution<float> wind(0, 14);
    const auto tree = [&](const std::vector<Street::Thing> &things) {
        LumaGrid grid = street.seen(things);
        for (int row = 3; row < 20; ++row) {
            for (int column = 28; column < 52; ++column)
                grid.luma[row * grid.columns + column] += wind(street.random_);
        }
        return grid;
    };
    for (int i = 0; i < 5 * 60; ++i)
        street.wakes(tree({}));
    int detections = 0;
    for (int i = 0; i < 5 * 60; ++i)
        detections += street.wakes(tree({}));
    EXPECT_LE(detections, 20);
    // But not to whoever passes below them.
    EXPECT_TRUE(street.wakes(tree({smallestFace(900, 800, 20)})));
}

TEST(Stillness, getsUsedToDetailThatComesWithKeyFrames)
{
    Street street(2);
    street.fallAsleep();
    // Other detail in each block with every key frame.
    std::normal_distribution<float> detail(0, 2);
    std::vector<float> sharpened(street.empty_.size());
    const auto picture = [&](int sample, const std::vector<Street::Thing> &things) {
        if (sample % 10 == 0)
            std::generate(sharpened.begin(), sharpened.end(),
                          [&] { return detail(street.random_); });
        LumaGrid grid = street.seen(things);
        std::transform(grid.luma.begin(), grid.luma.end(), sharpened.begin(), grid.luma.begin(),
                       std::plus<>());
        return grid;
    };
    for (int i = 0; i < 5 * 60; ++i)
        street.wakes(picture(i, {}));
    int detections = 0;
    for (int i = 0; i < 5 * 60; ++i)
        detections += street.wakes(picture(i, {}));
    EXPECT_LE(detections, 20);
    EXPECT_TRUE(street.wakes(picture(1, {smallestFace(900, 800, 40)})));
}

TEST(Stillness, learnsNothingWhileSomebodyIsInView)
{
    Street street;
    street.fallAsleep();
    const auto swaying = [](int i) { return smallestFace(700 + 15 * (i % 3), 400, 60); };
    for (int i = 0; i < 5 * 60; ++i)
        EXPECT_TRUE(street.wakes(street.seen({swaying(i)}), true));
    street.fallAsleep();
    EXPECT_TRUE(street.wakes(street.seen({smallestFace(700, 400)})));
}

TEST(Stillness, looksWhenTheWholePictureMoves)
{
    Street street;
    street.fallAsleep();
    LumaGrid moved = street.seen();
    std::rotate(moved.luma.begin(), moved.luma.begin() + 3, moved.luma.end());
    EXPECT_TRUE(street.wakes(moved));
}

TEST(Stillness, isNotDeafenedByAPictureThatMoved)
{
    Street street;
    street.fallAsleep();
    for (int i = 0; i < 15; ++i) {
        LumaGrid moved = street.seen();
        std::rotate(moved.luma.begin(), moved.luma.begin() + 2 * i + 2, moved.luma.end());
        EXPECT_TRUE(street.wakes(moved));
    }
    while (street.wakes(street.seen())) {
    }
    EXPECT_TRUE(street.wakes(street.seen({smallestFace(700, 400)})));
}

TEST(Stillness, startsAnewWithAnotherGrid)
{
    Street street;
    street.fallAsleep();
    Street other(6, {1280, 720, 1, 1});
    EXPECT_TRUE(street.wakes(other.seen()));
    for (int i = 0; i < 10; ++i)
        street.wakes(other.seen());
    EXPECT_FALSE(street.wakes(other.seen()));
    EXPECT_TRUE(street.wakes({}));
    EXPECT_TRUE(street.wakes({4, 4, {1, 2, 3}}));
}

TEST(Stillness, looksAgainWhenTimeGoesBack)
{
    Street street;
    street.fallAsleep();
    street.time_ -= 5s;
    EXPECT_TRUE(street.wakes(street.seen()));
}

TEST(Stillness, knowsWhatMovedUntilItWasSearchedThere)
{
    Street street(2);
    street.fallAsleep();
    const Street::Thing left = smallestFace(200, 500, 60);
    const Street::Thing right = smallestFace(1500, 500, 60);
    const auto movedAt = [&](const Street::Thing &thing) {
        const MovedPatches &moved = street.stillness_.moved();
        EXPECT_FALSE(moved.all);
        const auto column = static_cast<int>(thing.px.centre().x / fullHd.width * moved.columns);
        const auto row = static_cast<int>(thing.px.centre().y / fullHd.height * moved.rows);
        return static_cast<bool>(
            moved.moved[static_cast<std::size_t>(row * moved.columns + column)]);
    };
    street.time_ += 200ms;
    const LumaGrid both = street.seen({left, right});
    EXPECT_TRUE(street.stillness_.noteSample(street.time_, both, false));
    EXPECT_TRUE(movedAt(left));
    EXPECT_TRUE(movedAt(right));

    street.stillness_.noteDetection(street.time_, both, {{0, 0, 0.5, 1}});
    street.time_ += 200ms;
    EXPECT_TRUE(street.stillness_.noteSample(street.time_, street.seen({left, right}), false));
    EXPECT_FALSE(movedAt(left));
    EXPECT_TRUE(movedAt(right));

    street.stillness_.noteDetection(street.time_, street.seen({left, right}), {{0.5, 0, 0.5, 1}});
    street.time_ += 200ms;
    street.stillness_.noteSample(street.time_, street.seen({left, right}), false);
    EXPECT_FALSE(movedAt(left));
    EXPECT_FALSE(movedAt(right));
}

TEST(Stillness, doesNotKnowWhatMovedInTheFirstSample)
{
    Street street;
    street.wakes(street.seen());
    EXPECT_TRUE(street.stillness_.moved().all);
}
