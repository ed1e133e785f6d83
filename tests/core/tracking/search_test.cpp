// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/tracking/tracker.cpp where samples are searched in part.
#include "core/tracking/tracker.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace ooto::core;

namespace
{

constexpr StreamTime step = 200ms;
const Box left{0.2, 0.4, 0.06, 0.12};
const Box right{0.7, 0.4, 0.06, 0.12};

Observation seenAt(const Box &box)
{
    Observation seen;
    seen.box = box;
    seen.score = 0.9;
    return seen;
}

/** The samples of one camera; where each was searched. */
class Samples
{
public:
    Tracker::Update all(const std::vector<Box> &boxes) { return take(boxes, {}); }
    /** Searched around `box` only. */
    Tracker::Update around(const Box &box, const std::vector<Box> &boxes)
    {
        SearchPlan plan;
        plan.whole = false;
        plan.windows = {{grown(box, 0.5), {96, 96}}};
        return take(boxes, plan);
    }
    Tracker::Update nowhere()
    {
        SearchPlan plan;
        plan.whole = false;
        return take({}, plan);
    }

    Tracker tracker;
    TrackerRules rules;
    StreamTime time{0};

private:
    Tracker::Update take(const std::vector<Box> &boxes, const SearchPlan &plan)
    {
        time += step;
        std::vector<Observation> seen;
        for (const Box &box : boxes)
            seen.push_back(seenAt(box));
        return tracker.update(time, seen, rules, {}, {}, plan);
    }
};

} // namespace

TEST(PartialSearch, missesNobodyWhereItDidNotLook)
{
    Samples samples;
    for (int i = 0; i < 4; ++i)
        samples.all({left, right});
    ASSERT_EQ(samples.tracker.tracks().size(), 2u);
    for (int i = 0; i < 4; ++i)
        samples.around(left, {left});
    const std::vector<Track> &tracks = samples.tracker.tracks();
    ASSERT_EQ(tracks.size(), 2u);
    EXPECT_EQ(tracks[0].missed, 0u);
    EXPECT_EQ(tracks[1].missed, 0u);
    EXPECT_EQ(tracks[1].state, Track::State::Confirmed);
    EXPECT_FALSE(tracks[1].looked);
    EXPECT_TRUE(samples.tracker.boxAt(tracks[1], samples.time, samples.rules));
}

TEST(PartialSearch, missesWhoIsNotWhereItLooked)
{
    Samples samples;
    for (int i = 0; i < 4; ++i)
        samples.all({left, right});
    samples.around(right, {});
    samples.around(right, {});
    EXPECT_EQ(samples.tracker.tracks()[0].missed, 0u);
    EXPECT_EQ(samples.tracker.tracks()[1].missed, 2u);
    EXPECT_EQ(samples.tracker.tracks()[1].state, Track::State::Lost);
}

TEST(PartialSearch, givesNoFaceToATrackItDidNotLookFor)
{
    Samples samples;
    for (int i = 0; i < 4; ++i)
        samples.all({left});
    // So near to it that it would be taken for it, had it been looked for.
    const Box aside{left.x + 0.07, left.y, left.width, left.height};
    SearchPlan plan;
    plan.whole = false;
    plan.windows = {{{aside.x + 0.001, 0.3, 0.2, 0.4}, {192, 192}}};
    samples.time += step;
    const auto update =
        samples.tracker.update(samples.time, {seenAt(aside)}, samples.rules, {}, {}, plan);
    EXPECT_FALSE(update.trackOf[0]);
    EXPECT_EQ(samples.tracker.tracks().size(), 2u);
    EXPECT_EQ(samples.tracker.tracks()[0].motion.lastBox(), left);
}

TEST(PartialSearch, endsATrackThatNobodyLooksForAsAnyOther)
{
    Samples samples;
    for (int i = 0; i < 4; ++i)
        samples.all({left});
    std::size_t ended = 0;
    for (int i = 0; i < 20; ++i)
        ended += samples.nowhere().ended.size();
    EXPECT_EQ(ended, 1u);
}

TEST(FacesToFind, areRelaxedOnceTheyAreSteadyAndAlone)
{
    Samples samples;
    samples.all({left, right});
    for (const FaceToFind &face : samples.tracker.facesToFind(samples.time))
        EXPECT_FALSE(face.relaxed);
    for (int i = 0; i < 5; ++i)
        samples.all({left, right});
    for (const FaceToFind &face : samples.tracker.facesToFind(samples.time))
        EXPECT_TRUE(face.relaxed);
    // A neighbour: it could be taken for them.
    samples.all({left, right, {left.x + 0.09, left.y, left.width, left.height}});
    const auto faces = samples.tracker.facesToFind(samples.time);
    ASSERT_EQ(faces.size(), 3u);
    EXPECT_FALSE(faces[0].relaxed);
    EXPECT_TRUE(faces[1].relaxed);
    EXPECT_FALSE(faces[2].relaxed);
}

TEST(FacesToFind, areNotRelaxedWhereTheyMoveFastOrOtherwiseThanExpected)
{
    Samples walking;
    for (int i = 0; i < 10; ++i)
        walking.all({{0.1 + i * 0.03, 0.4, 0.06, 0.12}}); // two and a half faces per second
    EXPECT_FALSE(walking.tracker.facesToFind(walking.time)[0].relaxed);

    Samples jumping;
    for (int i = 0; i < 10; ++i)
        jumping.all({{0.4 + (i % 2) * 0.025, 0.4, 0.06, 0.12}});
    EXPECT_FALSE(jumping.tracker.facesToFind(jumping.time)[0].relaxed);

    Samples missed;
    for (int i = 0; i < 10; ++i)
        missed.all({left});
    missed.all({});
    EXPECT_FALSE(missed.tracker.facesToFind(missed.time)[0].relaxed);
    EXPECT_TRUE(missed.tracker.facesToFind(missed.time)[0].missed);
}
