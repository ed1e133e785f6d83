// SPDX-License-Identifier: LGPL-2.1-or-later
// YuNet through cv::dnn, decoded by hand: cv::FaceDetectorYN of OpenCV 4.6 fails on the model files
// of 2023 and later. The decoding is what OpenCV's own class does since 4.8.
#include "vision/detector.h"
#include "vision/nms.h"
#include "vision/opencv_detector.h"

#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace ooto::vision
{
namespace
{

constexpr std::array strides = {8, 16, 32}; ///< px of the image per grid cell, one output set each
constexpr int padTo = 32;                   ///< px; the coarsest stride must divide both sides
constexpr double maxIou = 0.3;              ///< the OpenCV Zoo's value for this model
/**
 * Networks that are kept set up, each for one size of the image. What one computed takes 62 bytes a
 * pixel: 2.7 MB for 192x256, 32 MB for 960x544, as measured with OpenCV 4.6.
 */
constexpr std::size_t mostNets = 16;
constexpr int mostNetPixels = 900'000;
/** The file has 0.2 MB; one that is far larger is the wrong file. */
constexpr std::uintmax_t maxModelBytes = 64u << 20;

/**
 * Share of faces found at the default threshold of 0.75, by the box's shorter side in the image,
 * and the IoU of their boxes with those that the model finds in the frame enlarged twice. Measured
 * on 70 frontal faces of a 480x270 clip and on two portraits at 80 places, all scaled by area:
 *
 *     8 px: 0     10 px: 8-31 %   12 px: 51-94 %   14 px: 90-100 %, IoU 0.77-0.84
 *     16 px: 100 %, IoU 0.82-0.86, landmarks 6-9 % of the side off; no false positive
 *
 * Of heads that are turned (112 in a second clip) 66 % are found at 16 px, and no more at 20 to
 * 40 px, so that a larger image would not pay.
 */
constexpr double reliablePx = 16;

const std::string wanted =
    std::string("; get ") + yunetModelName +
    " from the OpenCV Zoo and name it by the property `model` or the environment variable "
    "OOTO_FACE_MODEL";

int padded(int sidePx)
{
    return (sidePx + padTo - 1) / padTo * padTo;
}

std::vector<uchar> contentOf(const std::string &file)
{
    std::ifstream stream(file, std::ios::binary);
    std::vector<uchar> content{std::istreambuf_iterator<char>(stream), {}};
    if (!stream || content.empty())
        throw std::runtime_error("it cannot be read");
    return content;
}

/** The network's answer for one stride, one row per grid cell. */
struct Outputs {
    const float *cls;
    const float *obj;
    const float *bbox; ///< 4 per cell
    const float *kps;  ///< 10 per cell
};

Detection decode(const Outputs &out, int cell, int column, int row, int stride, double score)
{
    const float *bbox = out.bbox + 4 * cell;
    const double width = std::exp(bbox[2]) * stride;
    const double height = std::exp(bbox[3]) * stride;
    Detection face;
    face.score = score;
    face.box = {(column + bbox[0]) * stride - width / 2, (row + bbox[1]) * stride - height / 2,
                width, height};
    const float *kps = out.kps + 10 * cell;
    core::Landmarks landmarks;
    for (std::size_t k = 0; k < landmarks.size(); ++k)
        landmarks[k] = {(kps[2 * k] + column) * stride, (kps[2 * k + 1] + row) * stride};
    face.landmarks = landmarks;
    return face;
}

class YunetDetector final : public OpenCvDetector
{
public:
    /** Throws when the file is no such model. */
    explicit YunetDetector(const std::string &modelFile) : model_(contentOf(modelFile))
    {
        for (const char *kind : {"cls_", "obj_", "bbox_", "kps_"})
            for (const int stride : strides)
                outputNames_.push_back(kind + std::to_string(stride));
        const std::vector<std::string> present =
            cv::dnn::readNetFromONNX(model_).getUnconnectedOutLayersNames();
        for (const std::string &name : outputNames_)
            if (std::find(present.begin(), present.end(), name) == present.end())
                throw std::runtime_error("it has no output " + name);

        // Two shapes, since some models load but then fail at any size except for their own.
        for (const cv::Size size : {cv::Size(64, 32), cv::Size(96, 128)})
            run(cv::Mat(size, CV_8UC3, cv::Scalar::all(127)), 0.99);
    }

    double smallestFacePx() const override { return reliablePx; }
    // Some 40 ms for 1280 by 720 px.
    std::chrono::seconds stillInterval() const override { return std::chrono::seconds(10); }
    // In parts that begin at its coarsest cells.
    bool seesPartsAlike() const override { return true; }
    const char *name() const override { return "yunet"; }

private:
    std::vector<Detection> run(const cv::Mat &image, double threshold) override
    {
        const int width = padded(image.cols);
        const int height = padded(image.rows);
        cv::copyMakeBorder(image, paddedImage_, 0, height - image.rows, 0, width - image.cols,
                           cv::BORDER_CONSTANT, cv::Scalar::all(0));
        cv::dnn::blobFromImage(paddedImage_, blob_);
        cv::dnn::Net &net = netFor({width, height});
        net.setInput(blob_);
        net.forward(outputs_, outputNames_);

        std::vector<Detection> faces;
        for (std::size_t level = 0; level < strides.size(); ++level)
            collect(level, width / strides[level], height / strides[level], threshold, faces);
        suppressNonMaxima(faces, maxIou);
        return faces;
    }

    /** A network that is set up for another size has to be set up anew, which takes as long again.
     */
    cv::dnn::Net &netFor(const cv::Size &size)
    {
        const auto known = std::find_if(nets_.begin(), nets_.end(),
                                        [&](const Net &each) { return each.size == size; });
        if (known != nets_.end())
            std::rotate(nets_.begin(), known, known + 1);
        else
            nets_.insert(nets_.begin(), {size, cv::dnn::readNetFromONNX(model_)});
        dropOld();
        return nets_.front().net;
    }

    void dropOld()
    {
        int pixels = 0;
        const auto first = std::find_if(nets_.begin(), nets_.end(), [&](const Net &each) {
            pixels += each.size.area();
            return pixels > mostNetPixels;
        });
        nets_.erase(std::max(first, nets_.begin() + std::min<std::ptrdiff_t>(1, nets_.size())),
                    nets_.end());
        if (nets_.size() > mostNets)
            nets_.resize(mostNets);
    }

    void collect(std::size_t level, int columns, int rows, double threshold,
                 std::vector<Detection> &faces) const
    {
        const int cells = columns * rows;
        const Outputs out{values(level, cells), values(level + 3, cells),
                          values(level + 6, cells * 4), values(level + 9, cells * 10)};
        for (int cell = 0; cell < cells; ++cell) {
            const double cls = std::clamp(out.cls[cell], 0.0f, 1.0f);
            const double obj = std::clamp(out.obj[cell], 0.0f, 1.0f);
            if (!(cls * obj >= threshold * threshold)) // not a number is no face either
                continue;
            const Detection face = decode(out, cell, cell % columns, cell / columns, strides[level],
                                          std::sqrt(cls * obj));
            if (std::isfinite(face.box.area()) && !face.box.empty())
                faces.push_back(face);
        }
    }

    const float *values(std::size_t output, int count) const
    {
        const cv::Mat &mat = outputs_[output];
        if (mat.type() != CV_32F || mat.total() != static_cast<std::size_t>(count) ||
            !mat.isContinuous())
            throw std::runtime_error("output " + outputNames_[output] + " has another shape");
        return mat.ptr<float>();
    }

    struct Net {
        cv::Size size;
        cv::dnn::Net net;
    };

    const std::vector<uchar> model_;       ///< the file
    std::vector<Net> nets_;                ///< the latest first
    std::vector<std::string> outputNames_; ///< cls, obj, bbox, kps; of each the three strides
    // Kept from frame to frame, for their memory only.
    cv::Mat paddedImage_;
    cv::Mat blob_;
    std::vector<cv::Mat> outputs_;
};

} // namespace

LoadedDetector loadYunet(const std::string &modelFile)
{
    const std::string file = "face detection model \"" + modelFile + "\"";
    std::error_code unreadable;
    if (!std::filesystem::is_regular_file(modelFile, unreadable))
        return {nullptr, file + " is not there, or no regular file" + wanted};
    if (std::filesystem::file_size(modelFile, unreadable) > maxModelBytes || unreadable)
        return {nullptr, file + " is too large to be YuNet" + wanted};
    try {
        return {std::make_unique<YunetDetector>(modelFile), {}};
    } catch (const std::exception &error) {
        const bool dynamic = std::filesystem::path(modelFile).stem().string().ends_with("_dynamic");
        return {nullptr, file +
                             (dynamic ? " is one of the *_dynamic.onnx models, which OpenCV does "
                                        "not load"
                                      : " is no YuNet model that OpenCV can use") +
                             wanted + " (" + error.what() + ")"};
    }
}

} // namespace ooto::vision
