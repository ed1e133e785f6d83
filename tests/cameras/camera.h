// SPDX-License-Identifier: LGPL-2.1-or-later
// Cameras that run in real time before one element each, and what that element did.
#pragma once

#include "cameras/moving_frames.h"
#include "core/base/guarded.h"
#include "element/handles.h"
#include "system/handles.h"

#include <gst/gst.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace ooto::cameras
{

/** What the property `stats` counts; all zero of an `identity`. */
struct Counts {
    std::uint64_t samples = 0; ///< due
    std::uint64_t skipped = 0; ///< of these
    std::uint64_t requests = 0;
    double analysisMs = 0; ///< mean
    double waitP50Ms = 0;  ///< from a sample's frame to the beginning of its analysis
    double waitP99Ms = 0;

    std::uint64_t analysed() const { return samples - skipped; }
};

/** CPU of the streaming thread in the element, us. */
struct StreamingCosts {
    std::vector<double> samples; ///< of the frames that were one …
    std::vector<double> others;  ///< … and of all others
};

/** One camera; frames are pushed by Cameras. */
class Camera
{
public:
    /** @param element a launch line; ootoidentify is to be named `identify` */
    Camera(const std::string &element, const MovingFrames &frames, unsigned number);
    ~Camera();

    void push();
    Counts counts();
    /** Waits until a frame carries so many faces that are identified. @return whether one did */
    bool awaitIdentified(std::size_t faces, std::chrono::seconds longest);
    /** From now on, what each frame costs. */
    void measureStreaming()
    {
        seen_ = counts();
        measuring_ = true;
    }
    StreamingCosts streamingCosts() { return *costs_.lock(); }

    /** What the names of the streaming threads begin with. */
    static constexpr const char *streamingThread = "sensor";

private:
    void addProbe(const char *pad, GstPadProbeCallback callback);
    void frameLeft(GstBuffer *buffer);

    const MovingFrames &frames_;
    std::size_t next_;
    system::ObjectHandle<GstElement> pipeline_;
    system::ObjectHandle<GstElement> source_;
    system::ObjectHandle<GstElement> identify_; ///< or what is there in its place

    std::atomic<bool> watching_ = false;
    std::atomic<std::size_t> identified_ = 0; ///< faces on the last frame, while watching
    std::atomic<bool> measuring_ = false;
    core::Guarded<StreamingCosts> costs_;
    // *streaming*
    double enteredAt_ = 0; ///< CPU time of the thread, s
    Counts seen_;          ///< by the frame before, while measuring
};

/** All of one run, and the thread that is their sensor. */
class Cameras
{
public:
    Cameras(const std::string &element, const MovingFrames &frames)
        : element_(element), frames_(frames)
    {
    }
    ~Cameras();
    /** So many more; the moments of their frames are spread evenly over 40 ms. */
    void add(unsigned count);
    /** @return on how many of them so many faces are identified within `longest` */
    std::size_t awaitIdentified(std::size_t faces, std::chrono::seconds longest);
    std::vector<Counts> counts();
    Camera &first() { return *cameras_.front(); }

private:
    void pushAll(const std::stop_token &stop);

    const std::string element_;
    const MovingFrames &frames_;
    std::vector<std::unique_ptr<Camera>> cameras_;
    std::jthread pusher_;
};

} // namespace ooto::cameras
