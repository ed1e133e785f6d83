// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/tracking/tracker.cpp and motion.cpp
#include "stage.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

using namespace std::chrono_literals;
using namespace ooto::core;
using namespace ooto::test;

namespace
{

using Path = std::function<std::optional<Box>(double seconds)>;

Observation seenAt(const Box &box)
{
    Observation seen;
    seen.box = box;
    seen.score = 0.9;
    return seen;
}

/** Runs paths through a tracker at five samples a second; calls `check` between samples. */
class Walk
{
public:
    explicit Walk(std::vector<Path> paths) : paths_(std::move(paths)) {}

    void run(double seconds)
    {
        for (int sample = 0; sample / 5.0 < seconds; ++sample) {
            const double time = sample / 5.0;
            std::vector<Observation> seen;
            std::vector<std::size_t> who;
            for (std::size_t i = 0; i < paths_.size(); ++i) {
                if (const auto box = paths_[i](time)) {
                    seen.push_back(seenAt(*box));
                    who.push_back(i);
                }
            }
            const auto update = tracker_.update(toTime(time), seen, rules_);
            for (std::size_t o = 0; o < seen.size(); ++o) {
                if (update.trackOf[o])
                    tracksOf[who[o]].insert({*update.trackOf[o], time});
            }
            ended += update.ended.size();
            if (time > 0.5)
                measure(time);
        }
    }

    static StreamTime toTime(double seconds)
    {
        return std::chrono::duration_cast<StreamTime>(std::chrono::duration<double>(seconds));
    }

    double meanIou() const { return frames_ ? sum_ / frames_ : 0; }

    /** For each path the tracks it was given, and when first. */
    std::map<std::size_t, std::map<TrackId, double>> tracksOf;
    std::size_t ended = 0;

private:
    void measure(double time)
    {
        for (int frame = 1; frame < 6; ++frame) {
            const double at = time + frame / 30.0;
            for (std::size_t i = 0; i < paths_.size(); ++i) {
                const auto truth = paths_[i](at);
                if (!truth || tracksOf[i].empty())
                    continue;
                const auto *track = tracker_.find(tracksOf[i].rbegin()->first);
                const auto box = track ? tracker_.boxAt(*track, toTime(at), rules_) : std::nullopt;
                sum_ += box ? iou(*box, *truth) : 0;
                ++frames_;
            }
        }
    }

    std::vector<Path> paths_;
    Tracker tracker_;
    TrackerRules rules_;
    double sum_ = 0;
    int frames_ = 0;
};

Box face(double x, double y, double size = 0.1)
{
    return {x, y, size, size};
}

} // namespace

TEST(Tracker, confirmsAFaceSeenTwiceAndNotOneSeenOnce)
{
    Tracker tracker;
    const TrackerRules rules;
    EXPECT_TRUE(tracker.update(0ms, {seenAt(face(0.1, 0.1))}, rules).confirmed.empty());
    EXPECT_EQ(tracker.update(200ms, {seenAt(face(0.1, 0.1)), seenAt(face(0.7, 0.7))}, rules)
                  .confirmed.size(),
              1U);
    // The false detection is forgotten without ever having been reported.
    for (auto time = 400ms; time < 5000ms; time += 200ms) {
        const auto update = tracker.update(time, {seenAt(face(0.1, 0.1))}, rules);
        EXPECT_TRUE(update.confirmed.empty());
        EXPECT_TRUE(update.ended.empty());
    }
}

TEST(Tracker, confirmsAtOnceWhereOneSampleIsEnough)
{
    Tracker tracker;
    TrackerRules rules;
    rules.samplesToConfirm = 1;
    const auto update = tracker.update(0ms, {seenAt({0, 0, 1, 1})}, rules);
    EXPECT_EQ(update.confirmed.size(), 1U);
    EXPECT_TRUE(update.trackOf[0].has_value());
}

TEST(Tracker, keepsOneTrackForAFaceThatWalksAThirdOfTheFramePerSecond)
{
    Walk walk({[](double t) { return face(0.02 + t / 3, 0.4, 0.0625); }});
    walk.run(2.6);
    EXPECT_EQ(walk.tracksOf[0].size(), 1U);
    EXPECT_GT(walk.meanIou(), 0.9);
}

TEST(Tracker, boxFollowsMotionBetweenSamplesBetterThanHoldingStill)
{
    const Path swaying = [](double t) { return face(0.4 + 0.1 * std::sin(2 * t), 0.4, 0.12); };
    Walk walk({swaying});
    walk.run(10);
    double held = 0;
    int frames = 0;
    for (double t = 0.6; t < 10; t += 0.2) {
        for (int frame = 1; frame < 6; ++frame, ++frames)
            held += iou(*swaying(t), *swaying(t + frame / 30.0));
    }
    EXPECT_GT(walk.meanIou(), held / frames);
}

TEST(Tracker, keepsFacesApartThatCrossWithDifferentHeights)
{
    Walk walk({[](double t) { return face(0.1 + 0.2 * t, 0.35); },
               [](double t) { return face(0.8 - 0.2 * t, 0.43); }});
    walk.run(3.4);
    EXPECT_EQ(walk.tracksOf[0].size(), 1U);
    EXPECT_EQ(walk.tracksOf[1].size(), 1U);
    EXPECT_NE(walk.tracksOf[0].begin()->first, walk.tracksOf[1].begin()->first);
}

TEST(Tracker, bridgesMissedDetections)
{
    Walk walk({[](double t) -> std::optional<Box> {
        if (t > 1.1 && t < 1.7)
            return std::nullopt;
        return face(0.1 + 0.15 * t, 0.4);
    }});
    walk.run(4);
    EXPECT_EQ(walk.tracksOf[0].size(), 1U);
    EXPECT_EQ(walk.ended, 0U);
}

TEST(Tracker, hidesTheBoxAfterTheHoldTimeAndEndsTheTrackLater)
{
    Tracker tracker;
    TrackerRules rules;
    rules.holdTime = 500ms;
    tracker.update(0ms, {seenAt(face(0.4, 0.4))}, rules);
    const auto id = tracker.update(200ms, {seenAt(face(0.4, 0.4))}, rules).confirmed.at(0);
    EXPECT_TRUE(tracker.boxAt(*tracker.find(id), 650ms, rules));
    EXPECT_FALSE(tracker.boxAt(*tracker.find(id), 750ms, rules));
    EXPECT_TRUE(tracker.advance(2100ms, rules).empty());
    EXPECT_EQ(tracker.advance(2300ms, rules), std::vector<TrackId>{id});
    EXPECT_EQ(tracker.find(id), nullptr);
}

TEST(Tracker, showsNothingOfAFaceThatWalkedOutOfTheFrame)
{
    Tracker tracker;
    const TrackerRules rules;
    tracker.update(0ms, {seenAt(face(0.75, 0.4))}, rules);
    const auto id = tracker.update(200ms, {seenAt(face(0.88, 0.4))}, rules).confirmed.at(0);
    const auto box = tracker.boxAt(*tracker.find(id), 240ms, rules);
    ASSERT_TRUE(box);
    EXPECT_LE(box->right(), 1.0);
    EXPECT_FALSE(tracker.boxAt(*tracker.find(id), 500ms, rules));
}

TEST(Tracker, waitsFourIntervalsWhereSamplesAreRare)
{
    Tracker tracker;
    const TrackerRules rules;
    tracker.update(0s, {seenAt(face(0.4, 0.4))}, rules);
    EXPECT_EQ(tracker.update(2s, {seenAt(face(0.4, 0.4))}, rules).confirmed.size(), 1U);
    EXPECT_TRUE(tracker.advance(9900ms, rules).empty());
    EXPECT_EQ(tracker.advance(10100ms, rules).size(), 1U);
}

TEST(Tracker, holdsNoBoxLongerAfterAStillPeriod)
{
    Tracker tracker;
    const TrackerRules rules;
    StreamTime time = 0ms;
    for (; time < 60s; time += 200ms)
        tracker.passSample(time);
    tracker.update(time, {seenAt(face(0.4, 0.4))}, rules);
    const auto id = tracker.update(time + 200ms, {seenAt(face(0.4, 0.4))}, rules).confirmed.at(0);
    EXPECT_TRUE(tracker.boxAt(*tracker.find(id), time + 1100ms, rules));
    EXPECT_FALSE(tracker.boxAt(*tracker.find(id), time + 1300ms, rules));
    EXPECT_EQ(tracker.advance(time + 2300ms, rules), std::vector<TrackId>{id});
}

TEST(Tracker, showsAFaceAllTheTimeAlsoWhereAnAnalysisTakesSeconds)
{
    Tracker tracker;
    const TrackerRules rules;
    const StreamTime latency = 3s;
    StreamTime shownSince{0};
    for (StreamTime sample = 0s; sample < 40s; sample += latency) {
        const auto confirmed = tracker.update(sample, {seenAt(face(0.4, 0.4))}, rules).confirmed;
        if (!confirmed.empty())
            shownSince = sample;
        // What is known of this sample is known from one analysis later until the next one is.
        for (StreamTime now = sample + latency; now < sample + 2 * latency; now += 100ms) {
            EXPECT_TRUE(tracker.advance(now, rules).empty());
            if (sample >= 2 * latency) {
                EXPECT_TRUE(!tracker.tracks().empty() &&
                            tracker.boxAt(tracker.tracks()[0], now, rules))
                    << now.count();
            }
        }
    }
    EXPECT_EQ(shownSince, latency);
}

TEST(Tracker, givesNobodyTheTrackOfAMuchSmallerFaceBehind)
{
    Tracker tracker;
    const TrackerRules rules;
    tracker.update(0ms, {seenAt(face(0.4, 0.4, 0.05))}, rules);
    const auto id = tracker.update(200ms, {seenAt(face(0.4, 0.4, 0.05))}, rules).confirmed.at(0);
    for (auto time = 400ms; time < 1000ms; time += 200ms) {
        for (const auto &track :
             tracker.update(time, {seenAt(face(0.38, 0.38, 0.12))}, rules).trackOf)
            EXPECT_NE(track, id);
    }
}

TEST(Tracker, givesNobodyATrackThatWasOutOfSightUnlessHeComesBackWhereItWent)
{
    Tracker tracker;
    const TrackerRules rules;
    tracker.update(0ms, {seenAt(face(0.4, 0.4))}, rules);
    const auto id = tracker.update(200ms, {seenAt(face(0.4, 0.4))}, rules).confirmed.at(0);
    for (auto time = 400ms; time < 1600ms; time += 200ms)
        tracker.update(time, {}, rules);
    for (const auto &track : tracker.update(1600ms, {seenAt(face(0.47, 0.4))}, rules).trackOf)
        EXPECT_NE(track, id);
    EXPECT_EQ(tracker.update(1800ms, {seenAt(face(0.41, 0.4)), seenAt(face(0.47, 0.4))}, rules)
                  .trackOf[0],
              id);
}

TEST(Tracker, endsAllTracksOnceAndForgetsThem)
{
    Tracker tracker;
    TrackerRules rules;
    rules.samplesToConfirm = 1;
    tracker.update(0ms, {seenAt(face(0.1, 0.1)), seenAt(face(0.6, 0.6))}, rules);
    EXPECT_EQ(tracker.endAll().size(), 2U);
    EXPECT_TRUE(tracker.endAll().empty());
}

TEST(Tracker, ignoresEmptyBoxes)
{
    Tracker tracker;
    TrackerRules rules;
    rules.samplesToConfirm = 1;
    EXPECT_TRUE(tracker.update(0ms, {seenAt({0.5, 0.5, 0, 0.1})}, rules).confirmed.empty());
    EXPECT_TRUE(tracker.update(200ms, {seenAt({0.5, 0.5, 0, 0.1})}, rules).confirmed.empty());
}

TEST(Tracker, givesLandmarksRelativeToTheBox)
{
    Tracker tracker;
    TrackerRules rules;
    rules.samplesToConfirm = 1;
    Observation seen = seenAt({0.2, 0.4, 0.2, 0.1});
    seen.landmarks.emplace();
    seen.landmarks->fill({0.3, 0.45});
    const auto id = tracker.update(0ms, {seen}, rules).confirmed.at(0);
    EXPECT_NEAR(tracker.find(id)->landmarks->at(0).x, 0.5, 1e-9);
    EXPECT_NEAR(tracker.find(id)->landmarks->at(0).y, 0.5, 1e-9);
}

TEST(Tracker, findsAFaceAgainBehindAPillar)
{
    for (const std::optional<unsigned> looks : {std::optional<unsigned>(), std::optional(1U)}) {
        Stage stage({{[](double t) -> std::optional<Box> {
                          if (t > 1.5 && t < 2.5)
                              return std::nullopt;
                          return head(0.1 + 0.15 * t, 0.4);
                      },
                      looks}});
        stage.run(0, 5);
        EXPECT_TRUE(stage.oneTrackEach());
        // After a second out of sight only a look says that it is the same person.
        EXPECT_EQ(stage.doubted.empty(), looks.has_value());
    }
}

TEST(Tracker, takesAJoltOfTheCameraForNoMotion)
{
    double jolt = 0;
    const auto people = [&jolt] {
        return std::vector<Person>{{[&jolt](double) { return head(0.3 + jolt, 0.4 + jolt / 2); }},
                                   {[&jolt](double) { return head(0.55 + jolt, 0.5 + jolt / 2); }}};
    };
    for (const bool told : {true, false}) {
        jolt = 0;
        Stage stage(people());
        stage.run(0, 2);
        jolt = 0.17;
        stage.look(2, {.shift = told ? Point{0.17, 0.085} : Point{}});
        for (const auto &track : stage.tracker.tracks())
            EXPECT_LT(std::abs(track.motion.velocity().x), 1);
        stage.run(2.2, 4);
        EXPECT_TRUE(stage.oneTrackEach()) << told;
        EXPECT_TRUE(stage.doubted.empty()) << told;
    }
}

TEST(Tracker, followsThroughUnevenSampling)
{
    Stage stage({{[](double t) { return head(0.1 + 0.04 * t, 0.4); }, 1},
                 {[](double t) { return head(0.9 - 0.03 * t, 0.7); }, 2}});
    double time = 0;
    for (int round = 0; round < 4; ++round) {
        for (const double step : {0.04, 0.04, 0.4, 0.2, 2.0, 0.08, 1.0, 0.04})
            stage.look(time += step);
    }
    EXPECT_TRUE(stage.oneTrackEach());
    EXPECT_TRUE(stage.doubted.empty());
}

TEST(Tracker, goesOnWithWeakDetectionsAndBeginsNoneWithThem)
{
    Stage stage(
        {{[](double t) { return head(0.2 + 0.1 * t, 0.4); }, std::nullopt,
          [](double t) { return t > 1; }},
         {[](double) { return head(0.7, 0.8); }, std::nullopt, [](double) { return true; }}});
    stage.run(0, 5);
    EXPECT_EQ(stage.tracksOf(0).size(), 1U);
    EXPECT_TRUE(stage.ids[1].empty());
    EXPECT_TRUE(stage.ended.empty());
}

TEST(Tracker, saysWhoIsLeaving)
{
    Stage stage({{[](double t) { return head(0.5 + 0.15 * t, 0.4); }}}, 0);
    const auto leaving = [&](double time) {
        return stage.tracker.leaving(stage.tracker.tracks().at(0), at(time), stage.rules);
    };
    stage.run(0, 2.1);
    EXPECT_FALSE(leaving(2.1));
    stage.run(2.2, 2.9);
    EXPECT_TRUE(leaving(2.9));
}

TEST(Tracker, saysWhichTracksAreLost)
{
    Stage stage({{[](double t) { return t < 1 ? std::optional(head(0.5, 0.4)) : std::nullopt; }}});
    stage.run(0, 1.1);
    EXPECT_EQ(stage.tracker.tracks().at(0).state, Track::State::Confirmed);
    stage.run(1.2, 1.7);
    EXPECT_EQ(stage.tracker.tracks().at(0).state, Track::State::Lost);
}

TEST(Tracker, copesWithACrowd)
{
    std::vector<Person> people;
    for (int i = 0; i < 40; ++i) {
        people.push_back({[i](double t) {
                              return head(0.06 + 0.1 * (i % 10) + 0.02 * std::sin(t + i),
                                          0.15 + 0.2 * (i / 10.0 - 0.1 * (i % 10)), 0.05);
                          },
                          static_cast<unsigned>(i)});
    }
    Stage stage(people);
    stage.run(0, 20);
    EXPECT_TRUE(stage.oneTrackEach());
    EXPECT_TRUE(stage.doubted.empty());
    RecordProperty("microsecondsPerSample", static_cast<int>(stage.microsecondsPerSample()));
}

TEST(Tracker, takesTheShiftOfAMovingCameraForOneFaceToo)
{
    double jolt = 0;
    Stage stage({{[&jolt](double) { return head(0.3 + jolt, 0.4); }}});
    stage.run(0, 2);
    jolt = 0.2;
    stage.look(2, {.shift = {0.2, 0}});
    stage.run(2.2, 3);
    EXPECT_TRUE(stage.oneTrackEach());
    EXPECT_TRUE(stage.doubted.empty());
}

TEST(Tracker, beginsNoTrackWithAWeakDetectionWhereOneSampleIsEnough)
{
    Stage stage(
        {{[](double) { return head(0.3, 0.4); }, std::nullopt, [](double) { return true; }}});
    stage.rules.samplesToConfirm = 1;
    stage.run(0, 2);
    EXPECT_EQ(stage.confirmed, 0U);
    EXPECT_TRUE(stage.tracker.tracks().empty());
}

namespace
{

Observation numbered(const Box &box, std::uint64_t number)
{
    Observation seen = seenAt(box);
    seen.objectId = number;
    return seen;
}

constexpr Box here{0.3, 0.4, 0.1, 0.1};
constexpr Box there{0.7, 0.4, 0.1, 0.1};

} // namespace

TEST(TrackerNumbers, areTheTracksAndBelievedAtOnce)
{
    Tracker tracker;
    const auto update = tracker.update(0s, {numbered(here, 7), numbered(there, 9)}, {});
    ASSERT_EQ(update.confirmed.size(), 2U);
    EXPECT_EQ(update.trackOf[0], 7);
    EXPECT_EQ(update.trackOf[1], 9);
}

TEST(TrackerNumbers, decideWhereTwoArePlaced)
{
    Tracker tracker;
    tracker.update(0s, {numbered(here, 7), numbered(there, 9)}, {});
    const auto update = tracker.update(200ms, {numbered(there, 7), numbered(here, 9)}, {});
    EXPECT_EQ(update.trackOf[0], 7);
    EXPECT_EQ(update.trackOf[1], 9);
    // Nobody walks so fast: the numbers may have been mixed up.
    for (const Track &track : tracker.tracks())
        EXPECT_FALSE(track.continuity.certain());
}

TEST(TrackerNumbers, areNeverSharedWithAnotherTrack)
{
    Tracker tracker;
    // Ours are given first, so that theirs is taken already.
    tracker.update(0s, {seenAt(here)}, {});
    const auto ours = tracker.update(200ms, {seenAt(here)}, {}).trackOf[0];
    ASSERT_TRUE(ours);
    const auto update =
        tracker.update(400ms, {seenAt(here), numbered(there, std::uint64_t(*ours))}, {});
    ASSERT_TRUE(update.trackOf[1]);
    EXPECT_NE(*update.trackOf[1], *ours);
    // Nor with one who is gone, but not forgotten.
    Tracker another;
    const auto second = another.update(0s, {numbered(here, 7)}, {}, {}, {7}).trackOf[0];
    ASSERT_TRUE(second);
    EXPECT_NE(*second, 7);
}

TEST(TrackerNumbers, thatAreNoTrackIdsOnlyTellPeopleApart)
{
    Tracker tracker;
    const std::uint64_t large = std::uint64_t{1} << 40;
    const auto first = tracker.update(0s, {numbered(here, large), numbered(there, 0)}, {});
    ASSERT_TRUE(first.trackOf[0] && first.trackOf[1]);
    EXPECT_GE(*first.trackOf[0], 1);
    const auto second = tracker.update(200ms, {numbered(there, 0), numbered(here, large)}, {});
    EXPECT_EQ(second.trackOf[0], first.trackOf[1]);
    EXPECT_EQ(second.trackOf[1], first.trackOf[0]);
}

TEST(TrackerNumbers, thatAreGivenAgainMeanWhoHasThemNow)
{
    for (const bool together : {false, true}) {
        Tracker tracker;
        for (int i = 0; i < 5; ++i)
            tracker.update(i * 200ms, {numbered(here, 5)}, {});
        ASSERT_EQ(tracker.advance(4s, {}), std::vector<TrackId>{5});
        if (!together) {
            const auto second = tracker.update(4200ms, {numbered(there, 5)}, {});
            ASSERT_EQ(second.trackOf[0], 5);
            EXPECT_TRUE(second.relinked.empty());
        }
        // The first comes back to his place under another number.
        const auto both = tracker.update(4400ms, {numbered(here, 9), numbered(there, 5)}, {});
        EXPECT_EQ(both.trackOf[0], 9) << together;
        EXPECT_EQ(both.trackOf[1], 5) << together;
        EXPECT_TRUE(both.ended.empty());
        EXPECT_TRUE(both.relinked.empty()) << "the number is another's now";
    }
}

TEST(TrackerNumbers, thatChangeInPlaceAreRelinkedWhenTheFaceIsProvenTheSame)
{
    for (const bool same : {true, false}) {
        Tracker tracker;
        std::mt19937 random(1);
        const auto face = [&](std::uint64_t number, unsigned who) {
            Observation seen = numbered(here, number);
            seen.texture = textureOf(who, random);
            return seen;
        };
        for (int i = 0; i < 5; ++i)
            tracker.update(i * 200ms, {face(5, 1)}, {});
        const auto update = tracker.update(1s, {face(9, same ? 1 : 2)}, {});
        EXPECT_EQ(update.confirmed, std::vector<TrackId>{9});
        EXPECT_EQ(update.ended, std::vector<TrackId>{5});
        const std::vector<Tracker::Relinked> expected = {{9, 5}};
        EXPECT_EQ(update.relinked, same ? expected : std::vector<Tracker::Relinked>{});
    }
}

TEST(TrackerNumbers, thatWereMixedUpAtACrossingAreDoubted)
{
    Tracker tracker;
    std::set<TrackId> doubted;
    for (int i = 0; i < 40; ++i) {
        const double way = 0.015 * i;
        const Box first{0.1 + way, 0.4, 0.1, 0.1};
        const Box second{0.7 - way, 0.4, 0.1, 0.1};
        // They pass each other at sample 20, where whoever follows them takes one for the other.
        const bool mixedUp = i > 20;
        tracker.update(i * 200ms,
                       {numbered(first, mixedUp ? 6 : 5), numbered(second, mixedUp ? 5 : 6)}, {});
        for (const Track &track : tracker.tracks()) {
            if (mixedUp && !track.continuity.certain())
                doubted.insert(track.id);
        }
    }
    EXPECT_EQ(doubted, (std::set<TrackId>{5, 6}));
}
