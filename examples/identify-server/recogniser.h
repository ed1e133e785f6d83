// SPDX-License-Identifier: LGPL-2.1-or-later
// From a photo's bytes to the one face in it, or the reason why there is none.
#pragma once

#include "matcher.h"
#include "vision/detector.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace ooto::server
{

/** What can be measured of a face without a model of faces. */
struct Quality {
    double exposure = 0; ///< mean brightness of the face, 0..1
    bool exposureFine = false;
    double contrast = 0; ///< standard deviation of its brightness, 0..0.5
    bool contrastFine = false;
    double blur = 0; ///< 0 sharp .. 1 without any detail
    bool blurFine = false;
    std::optional<double> rollDegrees; ///< slope of the line between the eyes, clockwise
};

struct Sighting {
    /** The service's error code: 0 (a face), 4 (no picture), 5 (none), 6 (several), 9 (too small)
     */
    int errorCode = 0;
    core::Box box;                            ///< px of the photo
    std::optional<core::Landmarks> landmarks; ///< px of the photo
    Quality quality;
    FaceViews views;
};

enum class DetectorChoice { Auto, Yunet, Cascade };

/** Thread-bound. */
class Recogniser
{
public:
    /** Faces whose shorter side is less, in px of the photo, are answered by code 9. */
    static constexpr double smallestFacePx = 32;

    /**
     * @param model the YuNet file; empty: where the plugin looks for it
     * @param error set to a text for people when nullptr is returned
     */
    static std::unique_ptr<Recogniser> open(DetectorChoice choice, const std::string &model,
                                            std::string &error);

    Sighting look(std::span<const std::uint8_t> photo);
    const char *detectorName() const { return detector_->name(); }

private:
    explicit Recogniser(std::unique_ptr<vision::Detector> detector) : detector_(std::move(detector))
    {
    }

    std::unique_ptr<vision::Detector> detector_;
};

} // namespace ooto::server
