// SPDX-License-Identifier: LGPL-2.1-or-later
// One run of ootoidentify, from start to stop.
#pragma once

#include "core/base/worker_pool.h"
#include "core/sampling/clock_watch.h"
#include "core/tracking/face_watch.h"
#include "identify/analysis.h"
#include "identify/credentials_source.h"
#include "identify/dispatcher.h"
#include "identify/outbox.h"
#include "identify/settings.h"
#include "identify/shared.h"
#include "identify/statistics.h"
#include "metadata/faces_meta.h"
#include "vision/detector_pool.h"

#include <gst/gst.h>
#include <gst/video/video.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace ooto::identify
{

/**
 * Frames come in on the *streaming* thread, which only copies samples and attaches what is known;
 * the *analysis* (at most one job at a time) finds faces and makes photos; answers come in on the
 * *network* thread. All meet in Shared, whose lock is never held over work. Only with
 * `backpressure` does the streaming thread wait, for the analysis and for answers.
 */
class Stream : public std::enable_shared_from_this<Stream>
{
public:
    /** @param detectors null: none of our own @param notice for the overlay's corner */
    Stream(GstElement *element, const Settings &settings,
           std::shared_ptr<vision::DetectorPool> detectors, CredentialsSource credentials,
           std::string notice);
    ~Stream();

    /** *application*: gets the service's client. @return what is wrong, for people; else empty */
    std::string connect(const service::ConnectionSettings &connection);
    /** *application*: settings that may change while playing. */
    void configure(const Settings &settings);
    /**
     * *application*, after the streaming thread has ended: cancels requests, waits for the
     * detection under way, reports the end of every track. Nothing is called back after.
     */
    void stop();
    /** Any thread. What was counted so far. */
    Statistics statistics();

    /** *streaming*: every frame. @param buffer writable metadata */
    void frame(GstBuffer *buffer, const GstVideoInfo &info, const core::FrameTimes &times);
    /** *streaming*: how far the camera's clock is ahead of ours, where it says what time it is. */
    void noteCameraClock(std::chrono::milliseconds ahead);
    /** *streaming*: an exception came out of frame(): the next one is to be a sample. */
    void lostFrame();
    /** *streaming*: time passes without frames. */
    void gap(const core::FrameTimes &times);
    /** *streaming*: the stream ends. Photos that wait are sent now; with backpressure, answered. */
    void endOfStream();
    /** *streaming* or *application*: no face outlives a flush, of which only messages tell. */
    void flush();
    /** *streaming*: what comes next shows something else. Tracks end, and time goes on. */
    void anotherPicture();
    /** *streaming*: the stream's tag `image-orientation`, such as `rotate-90`. */
    void noteOrientation(const std::string &tag);
    /** Any thread: somebody downstream wants photos with the events, or wants none any more. */
    void notePhotoWish(const metadata::PhotoWish &wish);
    /**
     * Any thread: what waits to be told names the person no more when this returns.
     * @param passOn downstream, too, in order with the events
     */
    void forget(const metadata::ForgetRequest &request, bool passOn);
    /** *application*: whether the streaming thread has to return at once from where it waits. */
    void interrupt(bool interrupted);

private:
    class Loan;
    class Turn;
    /** A frame as it came. */
    struct Frame {
        GstBuffer *buffer; ///< borrowed
        const GstVideoInfo &info;
        const core::FrameTimes &times;
        core::PixelRect visible;
        core::FrameShape shape;
        std::vector<metadata::UpstreamFace> upstream;
    };
    /** What goes onto a frame, and what is told before it. */
    struct Known {
        Downstream before;
        std::vector<core::FaceView> faces;
        metadata::StreamNotices notices;
    };

    /** Takes note of a frame: it may be a sample, and time passed. */
    void observe(const Frame &frame);
    /** Attaches what is known by now. */
    void attach(const Frame &frame);
    void watchFaces(const Frame &frame);
    Job chooseSample(Shared &shared, const Frame &frame, Loan &taken);
    void takeAnalysis(Shared &shared, Job &job, Loan &taken);
    Known lookUp(const core::FrameTimes &times);
    void startAnalysis(const Frame &frame, Loan taken, Job job);
    void runAnalysis();
    core::BookRules rules(const Settings &settings, const PhotoWishes &wishes) const;

    GstElement *const element_; ///< borrowed: it owns us
    const std::string notice_;
    const DetectorChoice source_; ///< what finds the faces; fixed while this lives
    const std::string roiType_;
    std::shared_ptr<core::WorkerPool> pool_;

    Meeting meeting_;
    Outbox outbox_;
    Dispatcher dispatcher_;

    // *streaming*
    core::ClockWatch clockWatch_;
    core::FaceWatch watch_;
    metadata::FaceDescriptions descriptions_;
};

} // namespace ooto::identify
