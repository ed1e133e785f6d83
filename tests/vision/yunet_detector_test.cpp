// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests of plugin/vision/yunet_detector.cpp. Those that need the model are skipped without it.
#include "support/photos.h"
#include "vision/detector.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ooto::vision
{
namespace
{

constexpr double usualThreshold = 0.75;

/** A file that is gone when the test ends. */
class TemporaryFile
{
public:
    TemporaryFile(const std::string &name, const std::string &content)
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "ooto-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        std::ofstream(path(name), std::ios::binary) << content;
        file_ = path(name);
    }
    TemporaryFile(const TemporaryFile &) = delete;
    ~TemporaryFile() { std::filesystem::remove_all(folder_); }

    std::string file() const { return file_.string(); }

private:
    std::filesystem::path path(const std::string &name) const { return folder_ / name; }

    std::filesystem::path folder_;
    std::filesystem::path file_;
};

void expectRefused(const std::string &modelFile, const std::string &reason)
{
    const LoadedDetector loaded = loadYunet(modelFile);
    EXPECT_EQ(loaded.detector, nullptr);
    EXPECT_NE(loaded.error.find(reason), std::string::npos) << loaded.error;
    // Whatever is wrong, the text says what to do.
    EXPECT_NE(loaded.error.find("face_detection_yunet_2023mar.onnx"), std::string::npos);
    EXPECT_NE(loaded.error.find("OOTO_FACE_MODEL"), std::string::npos);
}

TEST(YunetLoading, refusesAFileThatIsMissing)
{
    expectRefused("/nowhere/model.onnx", "\"/nowhere/model.onnx\" is not there");
    expectRefused("", "is not there");
}

TEST(YunetLoading, refusesAFolder)
{
    expectRefused("/tmp", "is not there");
}

TEST(YunetLoading, refusesWhatIsNoOnnx)
{
    const TemporaryFile text("text.onnx", "this is no model\n");
    expectRefused(text.file(), "is no YuNet model");
    const TemporaryFile empty("empty.onnx", "");
    expectRefused(empty.file(), "is no YuNet model");
    const TemporaryFile noise("noise.onnx", std::string(5000, '\x81'));
    expectRefused(noise.file(), "is no YuNet model");
}

TEST(YunetLoading, refusesAnOnnxWithoutYunetsOutputs)
{
    // ModelProto{ir_version 8, graph{node Relu x->y, input x, output y: float 1x3x8x8}, opset 11}
    const auto field = [](int number, const std::string &bytes) {
        return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} +
               bytes;
    };
    std::string shape;
    for (const char size : {1, 3, 8, 8})
        shape += field(1, {'\x08', size});
    const std::string type = field(2, field(1, std::string{'\x08', '\x01'} + field(2, shape)));
    const std::string graph = field(1, field(1, "x") + field(2, "y") + field(4, "Relu")) +
                              field(2, "g") + field(11, field(1, "x") + type) +
                              field(12, field(1, "y") + type);
    const TemporaryFile relu("relu.onnx", std::string{'\x08', '\x08'} + field(7, graph) +
                                              field(8, std::string{'\x10', '\x0b'}));
    expectRefused(relu.file(), "it has no output cls_8");
}

TEST(YunetLoading, saysThatDynamicModelsDoNotLoad)
{
    const TemporaryFile dynamic("face_detection_yunet_2023mar_dynamic.onnx", "no model either");
    expectRefused(dynamic.file(), "*_dynamic.onnx");
}

class Yunet : public testing::Test
{
protected:
    void SetUp() override
    {
        const std::optional<std::string> model = findYunetModel("");
        if (!model)
            GTEST_SKIP() << "no YuNet model: set OOTO_FACE_MODEL";
        LoadedDetector loaded = loadYunet(*model);
        ASSERT_TRUE(loaded.detector) << loaded.error;
        detector_ = std::move(loaded.detector);
    }

    std::vector<Detection> detect(const cv::Mat &picture, double threshold = usualThreshold)
    {
        std::vector<Detection> faces = detector_->detect(photos::view(picture), threshold);
        EXPECT_EQ(detector_->lastError(), "");
        return faces;
    }

    void expectOnly(const std::vector<Detection> &faces, const core::Box &expected)
    {
        ASSERT_EQ(faces.size(), 1u);
        EXPECT_GT(core::iou(faces[0].box, expected), 0.7);
        EXPECT_GE(faces[0].score, usualThreshold);
        EXPECT_LE(faces[0].score, 1);
    }

    std::unique_ptr<Detector> detector_;
};

TEST_F(Yunet, findsTheFaceInBothPhotographs)
{
    expectOnly(detect(photos::load(photos::hopperFile)), photos::hopperFace);
    expectOnly(detect(photos::load(photos::collinsFile)), photos::collinsFace);
}

TEST_F(Yunet, findsNoFaceWhereThereIsNone)
{
    EXPECT_TRUE(detect(photos::load(photos::iceFile)).empty());
    EXPECT_TRUE(detect(photos::load(photos::coffeeFile)).empty());
}

TEST_F(Yunet, tellsLandmarksInTheAgreedOrder)
{
    for (const std::string &file : {photos::hopperFile, photos::collinsFile}) {
        const std::vector<Detection> faces = detect(photos::load(file));
        ASSERT_EQ(faces.size(), 1u);
        ASSERT_TRUE(faces[0].landmarks);
        const auto &[rightEye, leftEye, nose, rightMouth, leftMouth] = *faces[0].landmarks;
        // The person's right is left in the image.
        EXPECT_LT(rightEye.x, nose.x);
        EXPECT_LT(nose.x, leftEye.x);
        EXPECT_LT(rightMouth.x, leftMouth.x);
        EXPECT_LT(std::max(rightEye.y, leftEye.y), nose.y);
        EXPECT_LT(nose.y, std::min(rightMouth.y, leftMouth.y));
        for (const core::Point &point : *faces[0].landmarks) {
            EXPECT_GT(point.x, faces[0].box.x);
            EXPECT_LT(point.x, faces[0].box.right());
            EXPECT_GT(point.y, faces[0].box.y);
            EXPECT_LT(point.y, faces[0].box.bottom());
        }
    }
}

TEST_F(Yunet, findsFacesOfItsSmallestSize)
{
    for (const auto &[file, face] : {std::pair{photos::hopperFile, photos::hopperFace},
                                     std::pair{photos::collinsFile, photos::collinsFace}}) {
        const cv::Mat photo = photos::load(file);
        const double scale = detector_->smallestFacePx() / face.shorterSide();
        const cv::Mat small = photos::resized(photo, static_cast<int>(photo.cols * scale + 0.5));
        cv::Mat room(240, 320, CV_8UC3, cv::Scalar(60, 70, 80));
        small.copyTo(room(cv::Rect(101, 57, small.cols, small.rows)));
        core::Box expected = core::scaled(face, scale, scale);
        expected.x += 101;
        expected.y += 57;
        const std::vector<Detection> faces = detect(room);
        ASSERT_EQ(faces.size(), 1u) << file;
        EXPECT_GT(core::iou(faces[0].box, expected), 0.6) << file;
    }
}

TEST_F(Yunet, findsSeveralFacesAndHeedsTheStride)
{
    const cv::Mat hopper = photos::resized(photos::load(photos::hopperFile), 211);
    const cv::Mat collins = photos::resized(photos::load(photos::collinsFile), 211);
    cv::Mat canvas(217, 501, CV_8UC3, cv::Scalar::all(90));
    hopper.copyTo(canvas(cv::Rect(3, 3, 211, 211)));
    collins.copyTo(canvas(cv::Rect(250, 3, 211, 211)));
    // A view that is narrower than its rows, as a crop is.
    const std::vector<Detection> faces = detect(canvas(cv::Rect(1, 0, 480, 217)));
    ASSERT_EQ(faces.size(), 2u);
    EXPECT_GE(faces[0].score, faces[1].score);
    const double left = std::min(faces[0].box.centre().x, faces[1].box.centre().x);
    EXPECT_NEAR(left, 2 + photos::hopperFace.centre().x * 211 / 512, 6);
}

TEST_F(Yunet, givesTheSameAnswerAfterOtherSizes)
{
    const cv::Mat hopper = photos::load(photos::hopperFile);
    const std::vector<Detection> before = detect(hopper);
    detect(photos::resized(hopper, 97));
    detect(photos::load(photos::coffeeFile));
    const std::vector<Detection> after = detect(hopper);
    ASSERT_EQ(before.size(), 1u);
    ASSERT_EQ(after.size(), 1u);
    EXPECT_EQ(before[0].box.x, after[0].box.x);
    EXPECT_EQ(before[0].score, after[0].score);
}

TEST_F(Yunet, takesImagesOfAnySize)
{
    for (const int width : {1, 2, 31, 32, 33, 101})
        for (const int height : {1, 3, 32, 65})
            EXPECT_TRUE(detect(cv::Mat(height, width, CV_8UC3, cv::Scalar(0, 200, 0))).empty());
    EXPECT_TRUE(detector_->detect({}, usualThreshold).empty());
    EXPECT_EQ(detector_->lastError(), "");
}

TEST_F(Yunet, heedsTheThreshold)
{
    const cv::Mat hopper = photos::load(photos::hopperFile);
    EXPECT_TRUE(detect(hopper, 0.999).empty());
    const std::vector<Detection> all = detect(hopper, 0);
    EXPECT_GT(all.size(), 1u);
    for (std::size_t i = 1; i < all.size(); ++i) {
        EXPECT_GE(all[i - 1].score, all[i].score);
        EXPECT_LE(core::iou(all[0].box, all[i].box), 0.3);
    }
}

} // namespace
} // namespace ooto::vision
