// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cameras/moving_frames.h"

#include "scene/scene.h"
#include "support/identify_support.h"
#include "visits/pictures.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace ooto::cameras
{

namespace
{

/** There and back it is a movement of four seconds. */
constexpr std::size_t frameCount = std::size_t(2) * MovingFrames::perSecond;
constexpr double lengthS = static_cast<double>(frameCount) / MovingFrames::perSecond;
/** Of 255: what a sensor has in a lit room. */
constexpr double sensorNoise = 2;
constexpr double faceHeight = 0.23; ///< share of the frame's height: 83 px of 360

scene::Role swaying(scene::Portrait portrait, double fromX, double toX, double y)
{
    // Longer than what is played, so that there is no rest at the ends.
    return {std::move(portrait),
            {{{-lengthS, fromX - (toX - fromX), y, faceHeight},
              {0, fromX, y, faceHeight},
              {lengthS, toX, y + 0.02, faceHeight},
              {2 * lengthS, toX + (toX - fromX), y + 0.02, faceHeight}}}};
}

/** One more person, whose photo nobody takes for the other's. */
scene::Portrait anotherOne()
{
    scene::Portrait portrait = scene::eileenCollins();
    portrait.name = "Another";
    portrait.mirrored = true;
    portrait.tint = {1.15, 0.95, 0.8};
    return portrait;
}

std::string capsOf(core::PixelSize size)
{
    return "video/x-raw,format=I420,width=" + std::to_string(size.width) +
           ",height=" + std::to_string(size.height) +
           ",framerate=" + std::to_string(MovingFrames::perSecond) + "/1";
}

element::BufferHandle bufferOf(const GstVideoInfo &info, const cv::Mat &bgr)
{
    return element::BufferHandle(test::frameFromBgr(info, {bgr.datastart, bgr.dataend}));
}

} // namespace

MovingFrames::MovingFrames(core::PixelSize size) : info_(test::infoOf(capsOf(size))) {}

MovingFrames MovingFrames::people(core::PixelSize size, int count)
{
    scene::Script script;
    script.durationS = lengthS;
    script.light = {{.timeS = 0, .noise = sensorNoise}};
    const std::vector<scene::Role> all{swaying(scene::graceHopper(), 0.16, 0.26, 0.42),
                                       swaying(scene::eileenCollins(), 0.55, 0.46, 0.40),
                                       swaying(anotherOne(), 0.76, 0.84, 0.44)};
    script.roles.assign(all.begin(), all.begin() + std::min<std::ptrdiff_t>(count, 3));

    const scene::LoadedScene loaded = scene::Scene::load(script, {size.width, size.height});
    if (!loaded.scene)
        throw std::runtime_error(loaded.error);
    MovingFrames made(size);
    cv::Mat picture;
    for (std::size_t i = 0; i < frameCount; ++i) {
        loaded.scene->render(static_cast<double>(i) / perSecond, picture);
        made.frames_.push_back(bufferOf(made.info_, picture));
    }
    return made;
}

MovingFrames MovingFrames::clip(const std::string &file, core::PixelSize size, std::string &error)
{
    MovingFrames made(size);
    const auto pictures = visits::openClip(file, error);
    cv::Mat picture;
    double timeS = 0;
    // Of a faster or slower video the frames come at the pace of the others all the same.
    while (pictures && made.frames_.size() < 4 * frameCount && pictures->next(picture, timeS)) {
        cv::resize(picture, picture, {size.width, size.height}, 0, 0, cv::INTER_AREA);
        made.frames_.push_back(bufferOf(made.info_, picture));
    }
    if (made.frames_.empty() && error.empty())
        error = file + " has no frames";
    return made;
}

element::BufferHandle MovingFrames::frame(std::size_t number) const
{
    const std::size_t count = frames_.size();
    const std::size_t period = std::max<std::size_t>(1, 2 * count - 2);
    const std::size_t at = number % period;
    GstBuffer *frame = gst_buffer_copy(frames_[at < count ? at : period - at].get());
    GST_BUFFER_PTS(frame) = GST_CLOCK_TIME_NONE;
    GST_BUFFER_DURATION(frame) = GST_SECOND / perSecond;
    return element::BufferHandle(frame);
}

std::string MovingFrames::caps() const
{
    return capsOf({info_.width, info_.height});
}

} // namespace ooto::cameras
