// SPDX-License-Identifier: LGPL-2.1-or-later
// Says who really is in a posted photo, and refuses photos as the service would.
#pragma once

#include "recogniser.h"
#include "visits/truth.h"

#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace ooto::visits
{

/** What the photo was, and what the service said of it. */
struct Verdict {
    server::Sighting sighting; ///< with the error code 4, 5, 6 or 9; 0 when there is one face
    std::string person;        ///< whose face it is; empty when refused, or nobody's
    bool enrolled = true;      ///< the service knows the person
    bool fine = false;         ///< exposure, contrast, sharpness, and the face shows itself
    double difference = 1;     ///< of the face from the nearest patch of this person, 0..1 …
    double next = 1;           ///< … and from the nearest one of anybody else

    bool unsure() const { return !person.empty() && next < 2 * difference; }
};

/**
 * A matcher of faces may be wrong, and its mistakes would be counted as the element's. But each
 * photo is cut from one of the frames that were just pushed, so its face is, but for scaling,
 * JPEG and a shift, one of the patches that were there, pixel for pixel, in the same light and the
 * same blur. The oracle keeps a patch of every face that the truth knows, whenever it changed, and
 * says whose patch is nearest: recognition of known pictures, not of faces. A photo whose face is
 * near none of them is answered "no match" and counted (`nobody`).
 *
 * Whether there is one face, large enough, is for the recogniser of examples/identify-server. A
 * photo that is too dark, flat or blurred by its measures, or of a face that is half hidden or
 * turned away, gets a similarity below the threshold, as from the real service: nobody is named by
 * a bad photo.
 *
 * Thread-safe.
 */
class Oracle
{
public:
    /** @param error set to a text for people when nullptr is returned */
    static std::unique_ptr<Oracle> open(server::DetectorChoice detector, std::string &error);

    /** People whom the service does not know; before the first frame. */
    void setStrangers(std::set<std::string> people) { strangers_ = std::move(people); }
    /** Who it is counts, however poor the photo: for clips that are. Before the first frame. */
    void takePoorPhotos() { takesPoor_ = true; }
    /** The faces of a frame that is about to be pushed. */
    void remember(const cv::Mat &frame, const FrameTruth &truth);
    Verdict judge(std::span<const std::uint8_t> photo);

    /** The service's answer: HTTP 200 or 400, and JSON. */
    struct Answer {
        unsigned status = 200;
        std::string json;
    };
    static Answer answerFor(const Verdict &verdict);

private:
    struct Glimpse {
        std::string person;
        double timeS;
        bool clear;    ///< most of the face is seen, and looks into the camera
        cv::Mat patch; ///< a margin wider than the face on each side
        cv::Mat small; ///< a quarter of it, to look through many
    };

    std::vector<const Glimpse *> likely(const cv::Mat &face) const;
    void recognise(const cv::Mat &photo, Verdict &verdict) const;

    std::mutex mutex_; ///< over all of the following
    std::unique_ptr<server::Recogniser> recogniser_;
    std::deque<Glimpse> glimpses_;
    std::set<std::string> strangers_;
    bool takesPoor_ = false;
};

} // namespace ooto::visits
