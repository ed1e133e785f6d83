// SPDX-License-Identifier: LGPL-2.1-or-later
// Face detectors behind one interface, and where their files are found.
#pragma once

#include "core/base/box.h"
#include "core/base/image.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::vision
{

struct Detection {
    core::Box box;                            ///< pixels of the image; may reach beyond its edges
    double score = 0;                         ///< 0..1; 1 where the detector has no score
    std::optional<core::Landmarks> landmarks; ///< pixels of the image
};

/** Thread-bound: one caller at a time, any thread. */
class Detector
{
public:
    virtual ~Detector() = default;

    /**
     * @param image     BGR, square pixels, any size
     * @param threshold least score, 0..1; detectors without a score ignore it
     * @return the faces, best score first; empty also when OpenCV failed, see lastError()
     */
    virtual std::vector<Detection> detect(const core::ImageView &image, double threshold) = 0;
    /** What OpenCV said when the last detect() failed; empty when it did not. */
    virtual const std::string &lastError() const = 0;
    /** Shorter side in px of the smallest face in the image that is found reliably. */
    virtual double smallestFacePx() const = 0;
    /** How often to look at a still scene all the same, for less than half a percent of a core. */
    virtual std::chrono::seconds stillInterval() const = 0;
    /**
     * Whether a face has the same box in a part of the picture as in all of it. Where not, a face
     * that is followed would seem to jump, and its texture to change.
     */
    virtual bool seesPartsAlike() const { return false; }
    virtual const char *name() const = 0; ///< "yunet", "cascade"
};

/** A detector, or a text for people that says what is wrong with its file and what to do. */
struct LoadedDetector {
    std::unique_ptr<Detector> detector;
    std::string error;
};

/** The model file's name in the OpenCV Zoo, and in `ooto/models/` of the XDG data directories. */
inline constexpr const char *yunetModelName = "face_detection_yunet_2023mar.onnx";

/** YuNet from the OpenCV Zoo (face_detection_yunet_2023mar.onnx) through cv::dnn. */
LoadedDetector loadYunet(const std::string &modelFile);
/** OpenCV's haarcascade_frontalface_alt2.xml; frontal faces only, no score, no landmarks. */
LoadedDetector loadCascade(const std::string &cascadeFile);

/**
 * The YuNet model file: `configured` if not empty (whether or not it exists), else the
 * environment variable OOTO_FACE_MODEL likewise, else
 * `ooto/models/face_detection_yunet_2023mar.onnx` in the XDG data directories.
 */
std::optional<std::string> findYunetModel(const std::string &configured);
/** haarcascade_frontalface_alt2.xml where OpenCV's packages put it. */
std::optional<std::string> findCascade();

} // namespace ooto::vision
