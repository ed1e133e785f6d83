// SPDX-License-Identifier: LGPL-2.1-or-later
// A camera at 1080p30 in front of one element, and what comes out of it.
#pragma once

#include "core/base/guarded.h"
#include "system/handles.h"

#include <gst/gst.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ooto::test
{

/** A frame of CameraStream::caps with two people in it. */
GstBuffer *makeCameraScene();
/** Launch properties to ask a service in trouble without end: often, and soon again. */
std::string troubleProperties(const std::string &endpoint, const std::string &credentialsFile);

class CameraStream
{
public:
    static constexpr const char *caps =
        "video/x-raw,format=I420,width=1920,height=1080,framerate=30/1";

    /**
     * @param element a launch line; ootoidentify is to be named `identify`
     * @param scene what the camera sees, of `caps`
     */
    CameraStream(const std::string &element, GstBuffer *scene);
    ~CameraStream();

    void play();
    void stop();
    /** The element named `identify`, or nullptr. */
    GstElement *identify() { return identify_.get(); }

    struct Delivered {
        std::size_t buffers = 0;
        std::size_t outOfOrder = 0; ///< with a timestamp that is not later than the one before
        std::size_t errors = 0;     ///< messages on the bus
        std::vector<double> gapsMs; ///< between one buffer and the next
    };
    /** Since it was made. Gaps over a stop do not count. */
    Delivered delivered();

private:
    struct State {
        Delivered delivered;
        std::optional<std::chrono::steady_clock::time_point> last;
        GstClockTime lastPts = GST_CLOCK_TIME_NONE;
    };
    void arrived(GstBuffer *buffer);

    system::ObjectHandle<GstElement> pipeline_;
    system::ObjectHandle<GstElement> identify_;
    GstBuffer *const scene_;
    core::Guarded<State> state_;
};

} // namespace ooto::test
