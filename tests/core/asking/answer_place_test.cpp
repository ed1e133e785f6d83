// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/asking/answer_place.cpp
#include "core/asking/answer_place.h"

#include <gtest/gtest.h>

using namespace ooto::core;

namespace
{

constexpr FrameShape frame{1600, 900, 1, 1};
/** A face of 160 x 160 px at (640, 360). */
const Box face{0.4, 0.4, 0.1, 160.0 / 900};

Shot photo(double margin = 0.5, int longest = 200)
{
    Shot shot;
    shot.face = face;
    shot.frame = frame;
    shot.plan = planPhoto(face, frame, margin, longest);
    return shot;
}

/** An answer whose box is there in the frame, px. */
Answer boxAt(const Box &px, const Shot &shot)
{
    Answer answer;
    answer.box = shot.plan.toPhoto(scaled(px, 1.0 / frame.width, 1.0 / frame.height), shot.frame);
    return answer;
}

bool isAbout(const Box &px, const Shot &shot = photo())
{
    return isAboutFace(boxAt(px, shot), shot);
}

/** Eyes, nose and mouth of a face whose box is there in the frame, px; as detectors find them. */
Answer landmarksAt(const Box &px, const Shot &shot, double turned = 1)
{
    constexpr Point inBox[5] = {{-0.2, 0.38}, {0.2, 0.38}, {0, 0.58}, {-0.16, 0.78}, {0.16, 0.78}};
    Answer answer;
    answer.landmarks.emplace();
    for (std::size_t i = 0; i < answer.landmarks->size(); ++i) {
        const Box point{(px.x + px.width * (0.5 + turned * inBox[i].x)) / frame.width,
                        (px.y + px.height * inBox[i].y) / frame.height, 0, 0};
        const Box inPhoto = shot.plan.toPhoto(point, shot.frame);
        answer.landmarks->at(i) = {inPhoto.x, inPhoto.y};
    }
    return answer;
}

} // namespace

TEST(AnswerPlace, isTheFacesWhereItsBoxIsTheSame)
{
    EXPECT_TRUE(isAbout({640, 360, 160, 160}));
    EXPECT_TRUE(isAbout({640, 360, 160, 160}, photo(1.5, 90))) << "whatever the photo's scale";
}

TEST(AnswerPlace, isTheFacesAlsoWithTheWholeHeadOrTheFeaturesOnly)
{
    EXPECT_TRUE(isAbout({600, 290, 240, 290})) << "with hair and chin";
    EXPECT_TRUE(isAbout({680, 400, 80, 80}));
}

TEST(AnswerPlace, isAnotherFacesBesideIt)
{
    EXPECT_FALSE(isAbout({800, 360, 160, 160}));
    EXPECT_FALSE(isAbout({740, 360, 160, 160})) << "its centre is out of the face";
    EXPECT_FALSE(isAbout({640, 240, 160, 160}));
    EXPECT_FALSE(isAbout({0, 0, 100, 100}));
}

TEST(AnswerPlace, isAnotherFacesWhereOnlyACornerIsShared)
{
    EXPECT_TRUE(isAbout({700, 360, 160, 160})) << "0.63 of either";
    EXPECT_FALSE(isAbout({730, 440, 160, 160})) << "0.22 of either, and its centre is out";
    EXPECT_FALSE(isAbout({713, 433, 160, 160})) << "0.29 of either, its centre is just in";
}

TEST(AnswerPlace, isAnotherFacesOfAnotherSize)
{
    EXPECT_TRUE(isAbout({690, 410, 60, 60}));
    EXPECT_FALSE(isAbout({695, 415, 50, 50})) << "3.2 times as small";
    EXPECT_TRUE(isAbout({490, 210, 460, 460}, photo(1.5, 800)));
    EXPECT_FALSE(isAbout({470, 190, 500, 500}, photo(1.5, 800))) << "3.1 times as large";
}

TEST(AnswerPlace, isToldByTheLandmarksWhereThereIsNoBox)
{
    const Shot shot = photo();
    EXPECT_TRUE(isAboutFace(landmarksAt({640, 360, 160, 160}, shot), shot));
    EXPECT_TRUE(isAboutFace(landmarksAt({640, 360, 160, 160}, shot, 0.2), shot)) << "from the side";
    EXPECT_FALSE(isAboutFace(landmarksAt({800, 360, 160, 160}, shot), shot));
    EXPECT_FALSE(isAboutFace(landmarksAt({700, 400, 40, 40}, shot), shot)) << "a face on a shirt";
}

TEST(AnswerPlace, isTheFacesWhereItDoesNotSay)
{
    EXPECT_TRUE(isAboutFace(Answer(), photo()));
}

TEST(AnswerPlace, goesByTheBoxWhereThereIsBoth)
{
    const Shot shot = photo();
    Answer answer = boxAt({800, 360, 160, 160}, shot);
    answer.landmarks = landmarksAt({640, 360, 160, 160}, shot).landmarks;
    EXPECT_FALSE(isAboutFace(answer, shot));
}
