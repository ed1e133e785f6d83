// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/sampling/search_planner.cpp
#include "core/sampling/search_planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>
#include <vector>

using namespace ooto::core;
using namespace std::chrono_literals;

namespace
{

constexpr PixelSize large{960, 540}; // 1080p, faces of 48 px
constexpr PixelSize small{320, 180}; // 640x360
constexpr StreamTime step = 200ms;
constexpr int columns = 89; // of the patches, as Stillness has them for 1080p
constexpr int rows = 50;

/** A camera that takes five samples a second. */
class Camera
{
public:
    explicit Camera(PixelSize whole = large) : whole_(whole)
    {
        still();
        sample(); // the first is the whole picture
    }

    /** From now on, nothing moves. */
    void still() { moved_ = {false, columns, rows, std::vector<bool>(columns * rows)}; }
    /** Something moves in this part; 0..1 of the frame. */
    void move(const Box &part)
    {
        for (int y = 0; y < rows; ++y) {
            for (int x = 0; x < columns; ++x) {
                const Point at{(x + 1.0) / (columns + 1), (y + 1.0) / (rows + 1)};
                if (at.x >= part.x && at.x <= part.right() && at.y >= part.y &&
                    at.y <= part.bottom())
                    moved_.moved[static_cast<std::size_t>(y) * columns + x] = true;
            }
        }
    }

    SearchPlan sample(bool unknown = false)
    {
        time += step;
        return planner.plan({.time = time,
                             .whole = whole_,
                             .moved = moved_,
                             .unknown = unknown,
                             .facesInWindows = facesInWindows,
                             .photoMargin = 0.3},
                            faces);
    }

    void add(const Box &face, bool settled, bool relaxed)
    {
        faces.push_back({.track = static_cast<TrackId>(faces.size() + 1),
                         .expected = face,
                         .lastSeen = time,
                         .settled = settled,
                         .relaxed = relaxed});
    }

    bool facesInWindows = true;
    SearchPlanner planner;
    std::vector<FaceToFind> faces;
    StreamTime time{0};
    MovedPatches moved_;

private:
    PixelSize whole_;
};

double pixels(const SearchPlan &plan, const PixelSize &whole)
{
    if (plan.whole)
        return double(whole.width) * whole.height;
    double sum = 0;
    for (const SearchWindow &window : plan.windows)
        sum += double(window.size.width) * window.size.height;
    return sum;
}

bool searches(const SearchPlan &plan, const Box &box)
{
    return plan.covers(box);
}

const Box face{0.30, 0.40, 0.05, 0.12};

} // namespace

TEST(SearchPlanner, looksAtAllOfTheFirstSampleAndOfWhatDoesNotGoOn)
{
    SearchPlanner planner;
    EXPECT_TRUE(planner.plan({.time = 1s, .whole = large, .moved = {}}, {}).whole);
    Camera camera;
    EXPECT_FALSE(camera.sample().whole);
    EXPECT_TRUE(camera.sample(true).whole);
    EXPECT_FALSE(camera.sample().whole);
    camera.planner.reset();
    EXPECT_TRUE(camera.sample().whole);
}

TEST(SearchPlanner, looksAtAllOfItWhereNobodyKnowsWhatMoved)
{
    Camera camera;
    camera.moved_ = {};
    EXPECT_TRUE(camera.sample().whole);
}

TEST(SearchPlanner, looksForAFaceAroundWhereItMustBe)
{
    Camera camera;
    camera.add(face, false, false);
    for (int i = 0; i < 5; ++i) {
        const SearchPlan plan = camera.sample();
        ASSERT_FALSE(plan.whole);
        EXPECT_TRUE(searches(plan, face));
        // All that its photo will show, so that no bystander is overlooked.
        EXPECT_TRUE(searches(plan, grown(face, 0.3)));
        EXPECT_LT(pixels(plan, large), 0.15 * large.width * large.height);
    }
}

TEST(SearchPlanner, looksForAFaceThatIsSettledAndSteadyInEverySecondSample)
{
    Camera camera;
    camera.add(face, true, true);
    int looked = 0;
    for (int i = 0; i < 8; ++i) {
        const bool sought = searches(camera.sample(), face);
        looked += sought;
        if (sought)
            camera.faces[0].lastSeen = camera.time;
    }
    // Once more where the sweep comes by.
    EXPECT_GE(looked, 4);
    EXPECT_LE(looked, 5);
}

TEST(SearchPlanner, looksForItInEachWhereSamplesAreRare)
{
    Camera camera;
    camera.add(face, true, true);
    for (int i = 0; i < 4; ++i) {
        camera.time += 800ms;
        EXPECT_TRUE(searches(camera.sample(), face));
        camera.faces[0].lastSeen = camera.time;
    }
}

TEST(SearchPlanner, looksAtWhatMovedInTheSameSample)
{
    for (const bool anybody : {false, true}) {
        Camera camera;
        if (anybody)
            camera.add(face, true, true);
        camera.sample();
        for (const Box &corner : {Box{0.9, 0.85, 0.06, 0.1}, Box{0.02, 0.02, 0.06, 0.1}}) {
            camera.still();
            camera.move(corner);
            const SearchPlan plan = camera.sample();
            ASSERT_FALSE(plan.whole);
            EXPECT_TRUE(searches(plan, corner));
        }
    }
}

TEST(SearchPlanner, looksForFacesInTheWholePictureOnlyWhereTheyLookOtherwiseInWindows)
{
    Camera camera;
    camera.facesInWindows = false;
    camera.add(face, true, true);
    int whole = 0;
    for (int i = 0; i < 8; ++i) {
        camera.still();
        camera.move({0.9, 0.85, 0.06, 0.1});
        const SearchPlan plan = camera.sample();
        whole += plan.whole;
        if (plan.whole)
            camera.faces[0].lastSeen = camera.time;
        for (const SearchWindow &window : plan.windows)
            EXPECT_TRUE(intersection(window.area, face).empty());
        EXPECT_TRUE(searches(plan, {0.9, 0.85, 0.06, 0.1}));
    }
    EXPECT_EQ(whole, 4);
}

TEST(SearchPlanner, leavesWhatAPersonMovesBesideTheFaceToTheSweep)
{
    Camera camera;
    camera.add(face, true, false);
    camera.sample();
    camera.move({0.27, 0.55, 0.11, 0.4}); // chest and arms
    double most = 0;
    for (int i = 0; i < 4; ++i)
        most = std::max(most, pixels(camera.sample(), large));
    EXPECT_LT(most, 0.15 * large.width * large.height);
}

TEST(SearchPlanner, searchesEachPlaceWithinTwoSeconds)
{
    for (const PixelSize &whole : {large, small, PixelSize{1280, 720}, PixelSize{540, 960}}) {
        Camera camera(whole);
        camera.add(face, true, true);
        std::vector<StreamTime> since(32 * 32, camera.time);
        for (int i = 0; i < 60; ++i) {
            const SearchPlan plan = camera.sample();
            camera.faces[0].lastSeen = camera.time;
            for (int y = 0; y < 32; ++y) {
                for (int x = 0; x < 32; ++x) {
                    StreamTime &last = since[static_cast<std::size_t>(y) * 32 + x];
                    const Box smallest{x / 32.0, y / 32.0, 16.0 / whole.width, 16.0 / whole.height};
                    if (searches(plan, smallest))
                        last = camera.time;
                    EXPECT_LE(camera.time - last, 2s) << whole.width << " at " << x << ", " << y;
                }
            }
        }
    }
}

TEST(SearchPlanner, looksForLargeFacesInASmallerPicture)
{
    Camera camera;
    camera.add(face, true, true);
    const Box near{0.45, 0.1, 0.4, 0.8};
    StreamTime last = camera.time;
    for (int i = 0; i < 30; ++i) {
        if (searches(camera.sample(), near))
            last = camera.time;
        EXPECT_LE(camera.time - last, 2s);
    }
}

TEST(SearchPlanner, showsAllOfEachFaceThatAWindowTouches)
{
    Camera camera;
    const Box other{0.37, 0.42, 0.05, 0.12};
    camera.add(face, false, false);
    camera.add(other, true, true);
    for (int i = 0; i < 6; ++i) {
        const SearchPlan plan = camera.sample();
        const bool touched =
            plan.whole || std::any_of(plan.windows.begin(), plan.windows.end(), [&](const auto &w) {
                return !intersection(w.area, other).empty();
            });
        EXPECT_TRUE(!touched || searches(plan, other));
    }
}

TEST(SearchPlanner, neverCostsMoreThanTheWholePicture)
{
    for (const PixelSize &whole : {large, small}) {
        Camera camera(whole);
        for (double x = 0; x < 0.9; x += 0.08)
            camera.add({x, 0.3, 0.05, 0.12}, false, false);
        camera.move({0, 0, 1, 1});
        EXPECT_LE(pixels(camera.sample(), whole), double(whole.width) * whole.height);
    }
}

TEST(SearchPlanner, beginsItsWindowsWhereTheNetworksCellsDo)
{
    Camera camera;
    for (const double x : {0.0, 0.111, 0.47, 0.95}) {
        camera.faces.clear();
        camera.add({x, x / 2, 0.05, 0.12}, true, false);
        for (const SearchWindow &window : camera.sample().windows) {
            const double left = window.area.x * large.width;
            const double top = window.area.y * large.height;
            EXPECT_NEAR(left, std::round(left / 32) * 32, 1e-6);
            EXPECT_NEAR(top, std::round(top / 32) * 32, 1e-6);
            // As large there as in the whole picture: a detector's boxes go by that.
            EXPECT_NEAR(window.size.width, window.area.width * large.width, 1e-6);
            EXPECT_NEAR(window.size.height, window.area.height * large.height, 1e-6);
        }
    }
}

TEST(SearchPlanner, staysInsideOfTheFrame)
{
    Camera camera;
    camera.add({-0.03, -0.05, 0.06, 0.14}, false, false);
    camera.add({0.97, 0.9, 0.06, 0.14}, false, false);
    camera.add({1.4, 0.5, 0.06, 0.14}, false, false);
    for (int i = 0; i < 3; ++i) {
        for (const SearchWindow &window : camera.sample().windows) {
            EXPECT_GE(window.area.x, 0);
            EXPECT_GE(window.area.y, 0);
            EXPECT_LE(window.area.right(), 1 + 1e-9);
            EXPECT_LE(window.area.bottom(), 1 + 1e-9);
            EXPECT_GT(window.size.width, 0);
            EXPECT_GT(window.size.height, 0);
        }
    }
}

TEST(SearchPlanner, takesTinyAndNarrowPictures)
{
    for (const PixelSize &whole : {PixelSize{1, 1}, PixelSize{320, 3}, PixelSize{17, 320}}) {
        Camera camera(whole);
        camera.add({0.2, 0.2, 0.5, 0.5}, true, true);
        camera.move({0, 0, 1, 1});
        for (int i = 0; i < 15; ++i)
            EXPECT_LE(pixels(camera.sample(), whole),
                      2.0 * (whole.width + 32) * (whole.height + 32));
    }
}
