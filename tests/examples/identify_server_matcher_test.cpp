// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the identify server tells the two people of the Debian photographs apart.
#include "server_fixture.h"

namespace ooto::server
{
namespace
{

struct Portrait {
    std::string file;
    core::Box face;
};

const Portrait hopperPortrait{photos::hopperFile, photos::hopperFace};
const Portrait collinsPortrait{photos::collinsFile, photos::collinsFace};

/** The portrait with a face of so many px, cut a little off its corner, as JPEG. */
Photo portraitJpeg(const Portrait &portrait, double facePx, int cutPx)
{
    const cv::Mat photo = photos::load(portrait.file);
    const double scale = facePx / portrait.face.shorterSide();
    cv::Mat sized;
    cv::resize(photo, sized, {}, scale, scale, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
    return asJpeg(sized(cv::Rect(cutPx, cutPx, sized.cols - cutPx, sized.rows - cutPx)).clone());
}

class Matcher : public ServerTest, public testing::WithParamInterface<DetectorChoice>
{
protected:
    void SetUp() override
    {
        if (GetParam() == DetectorChoice::Yunet && !vision::findYunetModel(""))
            GTEST_SKIP() << "no YuNet model: set OOTO_FACE_MODEL";
        ServerOptions options;
        options.detector = GetParam();
        start(options);
    }
};

TEST_P(Matcher, knowsBothPeopleAtAnySize)
{
    ASSERT_EQ(client_->add(hopper(), "hopper").status, 200u);
    ASSERT_EQ(client_->add(collins(), "collins").status, 200u);
    for (const auto &[portrait, id] :
         {std::pair{hopperPortrait, "hopper"}, std::pair{collinsPortrait, "collins"}})
        for (const double facePx : {60, 85, 150, 400})
            for (const int cutPx : {0, 7}) {
                Response response = client_->identify(portraitJpeg(portrait, facePx, cutPx));
                EXPECT_EQ(response.text("result.search.templateId"), id)
                    << facePx << " px: " << response.body;
                EXPECT_GE(response.number("result.search.similarity"), 0.85)
                    << id << " " << facePx << " px, cut by " << cutPx;
            }
}

TEST_P(Matcher, takesNobodyForAnother)
{
    for (const auto &[enrolled, posted] :
         {std::pair{hopperPortrait, collinsPortrait}, std::pair{collinsPortrait, hopperPortrait}}) {
        ASSERT_EQ(client_->add(portraitJpeg(enrolled, 150, 0), "who").status, 200u);
        for (const double facePx : {60, 180}) {
            Response response = client_->identify(portraitJpeg(posted, facePx, 2));
            EXPECT_EQ(response.text("result.search.templateId"), "who"); // the best, as always
            EXPECT_LT(response.number("result.search.similarity"), 0.5) << facePx << " px";
        }
    }
}

TEST_P(Matcher, tellsLandmarksWhereItHasThem)
{
    Response response = client_->identify(collins());
    ASSERT_EQ(response.status, 200u);
    if (GetParam() == DetectorChoice::Cascade) {
        EXPECT_TRUE(response.isNull("result.landmarks"));
        return;
    }
    JsonArray *landmarks = json_node_get_array(response.at("result.landmarks"));
    ASSERT_EQ(json_array_get_length(landmarks), 5u);
    const auto x = [&](guint i) {
        return json_array_get_double_element(json_array_get_array_element(landmarks, i), 0);
    };
    EXPECT_LT(x(0), x(1));
    EXPECT_NEAR(x(0), 200, 8);
    EXPECT_NEAR(response.number("result.quality.roll"), 0, 8);
}

INSTANTIATE_TEST_SUITE_P(Detectors, Matcher,
                         testing::Values(DetectorChoice::Cascade, DetectorChoice::Yunet),
                         [](const auto &info) {
                             return info.param == DetectorChoice::Yunet ? "Yunet" : "Cascade";
                         });

TEST(Descriptor, ofAFaceWithoutEdgesIsLikeNobody)
{
    const cv::Mat flat(100, 100, CV_8UC1, cv::Scalar(80));
    const FaceViews views = describeFace(flat, {{20, 20, 60, 60}, 1, std::nullopt});
    EXPECT_EQ(similarity(views, views.upright), 0);
}

TEST(Descriptor, bearsLandmarksInOnePoint)
{
    const cv::Mat flat(100, 100, CV_8UC1, cv::Scalar(80));
    core::Landmarks landmarks;
    landmarks.fill({50, 50});
    const FaceViews views = describeFace(flat, {{20, 20, 60, 60}, 1, landmarks});
    EXPECT_EQ(similarity(views, views.upright), 0);
}

} // namespace
} // namespace ooto::server
