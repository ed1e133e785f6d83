// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests of plugin/vision/cascade_detector.cpp.
#include "support/photos.h"
#include "vision/detector.h"

#include <gtest/gtest.h>

namespace ooto::vision
{
namespace
{

class Cascade : public testing::Test
{
protected:
    void SetUp() override
    {
        const std::optional<std::string> file = findCascade();
        ASSERT_TRUE(file) << "install opencv-data";
        LoadedDetector loaded = loadCascade(*file);
        ASSERT_TRUE(loaded.detector) << loaded.error;
        detector_ = std::move(loaded.detector);
    }

    std::vector<Detection> detect(const cv::Mat &picture)
    {
        std::vector<Detection> faces = detector_->detect(photos::view(picture), 0.75);
        EXPECT_EQ(detector_->lastError(), "");
        return faces;
    }

    std::unique_ptr<Detector> detector_;
};

TEST_F(Cascade, findsTheFaceInBothPhotographs)
{
    for (const auto &[file, face] : {std::pair{photos::hopperFile, photos::hopperFace},
                                     std::pair{photos::collinsFile, photos::collinsFace}}) {
        const std::vector<Detection> faces = detect(photos::load(file));
        ASSERT_EQ(faces.size(), 1u) << file;
        // Its boxes are square, so they cannot fit well.
        EXPECT_GT(core::iou(faces[0].box, face), 0.5) << file;
        EXPECT_EQ(faces[0].score, 1);
        EXPECT_FALSE(faces[0].landmarks);
    }
}

TEST_F(Cascade, findsNoFaceWhereThereIsNone)
{
    EXPECT_TRUE(detect(photos::load(photos::iceFile)).empty());
    EXPECT_TRUE(detect(photos::load(photos::coffeeFile)).empty());
}

TEST_F(Cascade, findsFacesHalfAsLargeAgainAsItsSmallestAndTheLargestFirst)
{
    // Frames are scaled so that two thirds of the smallest face worth a photo have that size.
    const cv::Mat hopper = photos::load(photos::hopperFile);
    const double scale =
        1.05 * 1.5 * detector_->smallestFacePx() / photos::hopperFace.shorterSide();
    const cv::Mat small = photos::resized(hopper, static_cast<int>(512 * scale));
    const cv::Mat large = photos::resized(hopper, static_cast<int>(512 * scale * 1.7));
    cv::Mat room(240, 480, CV_8UC3, cv::Scalar::all(80));
    small.copyTo(room(cv::Rect(10, 10, small.cols, small.rows)));
    large.copyTo(room(cv::Rect(240, 10, large.cols, large.rows)));
    const std::vector<Detection> faces = detect(room);
    ASSERT_EQ(faces.size(), 2u);
    EXPECT_GT(faces[0].box.x, 240);
    EXPECT_LT(faces[1].box.x, 240);
}

TEST_F(Cascade, takesImagesOfAnySize)
{
    for (const int width : {1, 19, 20, 41})
        for (const int height : {1, 20, 43})
            EXPECT_TRUE(detect(cv::Mat(height, width, CV_8UC3, cv::Scalar(0, 200, 0))).empty());
    EXPECT_TRUE(detector_->detect({}, 0.75).empty());
    EXPECT_EQ(detector_->lastError(), "");
}

TEST(CascadeLoading, refusesWhatIsNoCascade)
{
    for (const std::string &file : {std::string("/nowhere.xml"), std::string("/tmp"),
                                    std::string("/etc/passwd"), photos::iceFile}) {
        const LoadedDetector loaded = loadCascade(file);
        EXPECT_EQ(loaded.detector, nullptr);
        EXPECT_NE(loaded.error.find("\"" + file + "\""), std::string::npos) << loaded.error;
        EXPECT_NE(loaded.error.find("opencv-data"), std::string::npos) << loaded.error;
    }
}

} // namespace
} // namespace ooto::vision
