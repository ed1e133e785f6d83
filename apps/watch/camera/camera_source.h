// SPDX-License-Identifier: LGPL-2.1-or-later
// From a uri or a launch line to decoded video.
#pragma once

#include "config/config.h"
#include "core/base/expected.h"
#include "system/handles.h"

#include <gst/gst.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace ooto::watch
{

/** Called on *streaming* threads. */
struct SourceHandlers {
    std::function<void(GstPad *)> onPad; ///< decoded video; others are dealt with
    std::function<void()> onData;        ///< for each packet, where that can be told
    std::function<void()> onNoVideo;     ///< all there is was offered, and no video
};

/** Outlives the elements that it puts into a pipeline. */
class CameraSource
{
public:
    /** @return why it cannot be, for people */
    static core::Expected<std::unique_ptr<CameraSource>, std::string>
    make(GstBin *pipeline, const CameraConfig &config, SourceHandlers handlers);
    CameraSource(const CameraSource &) = delete;
    CameraSource &operator=(const CameraSource &) = delete;

    /** Whether the object is one of its elements. */
    bool has(GstObject *object) const;
    /** Whether it goes as fast as it is let, as a file does. */
    bool needsPace() const { return needsPace_; }
    /** Whether a camera was there that offers no video. */
    bool sawNoVideo() const { return offered_ && chosen_ < 0; }

private:
    CameraSource(GstBin *pipeline, const CameraConfig &config, SourceHandlers handlers);

    std::string makeRtsp();
    std::string makeUri();
    std::string makeLaunch();
    GstElement *add(const char *factory);
    GstElement *addDecoder();

    static gboolean selectStream(GstElement *, guint number, GstCaps *caps, CameraSource *self);
    static void onRtspPad(GstElement *, GstPad *pad, CameraSource *self);
    static void onDecodedPad(GstElement *, GstPad *pad, CameraSource *self);
    static void onNoMorePads(GstElement *, CameraSource *self);
    static gboolean continues(GstElement *, GstPad *, GstCaps *caps, CameraSource *self);
    static void onSourceSetup(GstElement *, GstElement *source, CameraSource *self);
    void discard(GstPad *pad);

    GstBin *pipeline_; ///< its owner
    CameraConfig config_;
    SourceHandlers handlers_;
    GstElement *source_ = nullptr;  ///< the pipeline's
    GstElement *decoder_ = nullptr; ///< the pipeline's; the same for uridecodebin
    bool needsPace_ = false;
    std::atomic<bool> offered_{false};
    std::atomic<int> chosen_{-1}; ///< number of the stream
    std::atomic<bool> hasVideo_{false};
};

} // namespace ooto::watch
