// SPDX-License-Identifier: LGPL-2.1-or-later
// One run of ootoidentify, from start to stop: what the three threads share, and their paths.
#pragma once

#include "core/asking/face_book.h"
#include "core/base/guarded.h"
#include "core/base/worker_pool.h"
#include "core/sampling/orientation_watch.h"
#include "core/sampling/sampler.h"
#include "core/sampling/small_faces.h"
#include "core/sampling/stillness.h"
#include "element/sample_frame.h"
#include "identify/credentials_source.h"
#include "identify/settings.h"
#include "identify/statistics.h"
#include "metadata/event_ids.h"
#include "metadata/faces_meta.h"
#include "metadata/labels_file.h"
#include "service/client.h"
#include "vision/detector.h"

#include <gst/gst.h>
#include <gst/video/video.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ooto::identify
{

/**
 * Frames come in on the *streaming* thread, which only copies samples and attaches what is known;
 * the *analysis* (at most one job at a time) finds faces and makes photos; answers come in on the
 * *network* thread. All three meet in `Shared`, whose lock is never held over work. Only with
 * `backpressure` does the streaming thread wait, for the analysis and for answers.
 */
class IdentifyStream : public std::enable_shared_from_this<IdentifyStream>
{
public:
    /** @param detector null: the whole frame is one face @param notice for the overlay's corner */
    IdentifyStream(GstElement *element, const Settings &settings,
                   std::unique_ptr<vision::Detector> detector, CredentialsSource credentials,
                   std::string notice);
    ~IdentifyStream();

    /** *application*: gets the service's client. @return what is wrong, for people; else empty */
    std::string connect(const service::ConnectionSettings &connection);
    /** *application*: settings that may change while playing. */
    void configure(const Settings &settings);
    /**
     * *application*, after the streaming thread has ended: cancels requests, waits for the
     * detection under way, reports the end of every track. Nothing is called back after.
     */
    void stop();
    /** *streaming*: an exception came out of frame(): its sample will not be analysed. */
    void abandonSample();
    /** Any thread. What was counted so far. */
    Statistics statistics();

    /** *streaming*: every frame. @param buffer writable metadata */
    void frame(GstBuffer *buffer, const GstVideoInfo &info, const core::FrameTimes &times);
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
    /** *application*: whether the streaming thread has to return at once from where it waits. */
    void interrupt(bool interrupted);

private:
    enum class Analysis { Idle, Filling, Queued, Running };
    /** Something for people to know that is no trouble of the service. */
    struct Notice {
        std::string text;
    };
    using Report = std::variant<core::FaceEvent, core::ServiceState, Notice>;

    struct Shared {
        std::shared_ptr<const Settings> settings;
        std::shared_ptr<const metadata::Labels> labels = std::make_shared<const metadata::Labels>();
        core::FaceBook book;
        core::Sampler sampler;
        std::optional<core::StreamTime> sampleDue; ///< since when one is, and was not taken
        std::optional<core::StreamTime> lastSample;
        bool urgent = false; ///< a face may be somebody else's: the next frame is to be a sample
        core::FrameTimes latest;
        bool afterJump = false;                    ///< since the last sample
        std::optional<core::StreamTime> lastWhole; ///< the last frame that is no broken one
        std::string orientation;                   ///< the stream's tag; empty: none
        core::OrientationWatch orientationWatch;
        core::FrameShape shape;
        core::ServiceState service;
        bool serviceTold = false; ///< that it is well, or is not
        Statistics statistics;
        core::SmallFaces smallFaces;
        std::deque<Report> reports;        ///< in the order in which they are to be told
        core::FaceBook::Events downstream; ///< for the streaming thread to push as events
        metadata::EventSequence told;      ///< numbers these, for as long as the camera has a name
        bool posting = false;              ///< somebody is at it
        Analysis analysis = Analysis::Idle;
        unsigned epoch = 0; ///< tracks ended meanwhile: results of an older one do not count
        bool stopping = false;
        bool interrupted = false; ///< the streaming thread may not wait now
        unsigned dispatching = 0; ///< threads in dispatch()
        bool dispatchQueued = false;
        std::chrono::steady_clock::time_point heldBackUntil{};          ///< no dispatch before
        std::vector<std::pair<core::TrackId, core::Reply>> heldReplies; ///< with backpressure
        bool serviceGivenUp = false;    ///< waited for once; not again until it is well
        bool budgetFileGivenUp = false; ///< likewise, for as long as others hold it
        bool dispatchLater = false;     ///< the network thread will see to it
        bool credentialsReplaced = false;
        bool credentialsRefused = false; ///< by the service: the file may have others by now
        bool canSend = false; ///< connected; `caller_` itself is not for the application's threads
    };

    /** What an analysis works with. */
    struct Job {
        std::shared_ptr<const Settings> settings;
        core::FrameTimes times;
        unsigned epoch = 0;
        std::vector<core::Observation> upstream; ///< faces that others found on the frame
        bool urgent = false; ///< something else came to a face's place from one frame to the next
    };

    bool takeSample(Shared &shared, const core::FrameTimes &times, bool anyUpstream, bool whole);
    static bool waitsForAWholeFrame(Shared &shared, const core::FrameTimes &times, bool whole);
    bool waitsForUpstream(Shared &shared, const core::FrameTimes &times, bool anyUpstream) const;
    static bool mustDispatch(const Shared &shared);
    void watchFaces(GstBuffer *buffer, const GstVideoInfo &info, const core::FrameTimes &times,
                    const core::PixelRect &visible);
    void startAnalysis(GstBuffer *buffer, const GstVideoInfo &info, Job job);
    void queueAnalysis(Job job);

    void analyse(const Job &job);
    core::PictureChange comparePictures(const Job &job);
    bool lookAgain(const Job &job, core::PictureChange &picture);
    void compareFaces(std::vector<core::Observation> &seen, const core::PixelSize &size);
    void watchOrientation(const Job &job, bool anyFace);
    void runJob(const Job &job);
    void endAnalysis();
    void tellFailure(const std::string &what);
    void noteSmallFaces(Shared &shared, const Job &job) const;
    std::vector<core::Observation> look(const Job &job);
    std::vector<core::Observation> detect(const Job &job, const core::PixelSize &size);
    void photograph(const Job &job, const core::ShotWish &wish,
                    const std::vector<core::Observation> &seen);
    std::vector<core::Box> othersThan(const core::ShotWish &wish, const core::Box &face,
                                      const Job &job);
    core::ShotQuality judge(const Job &job, const core::Observation &face, double margin);
    core::PhotoBytes makePhoto(const Job &job, const core::PhotoPlan &plan, const core::Box &face,
                               const std::vector<core::Box> &others);
    void applyLimits(const std::shared_ptr<const Settings> &settings);
    void refreshFiles();
    void noteBudget();
    void complain(const std::string &problem);
    void renameFaces(std::shared_ptr<const metadata::Labels> labels);

    /** What keeps photos that are due from being sent. */
    struct Hindrance {
        core::HeldBack why;
        std::chrono::milliseconds tryAgainIn;
    };
    std::optional<Hindrance> dispatch();
    std::optional<Hindrance> sendDue(const Settings &settings,
                                     const std::vector<core::TrackId> &due);
    void send(const Settings &settings, service::Caller::Slot slot, core::TrackId id,
              const core::Shot &shot);
    void queueDispatch();
    void dispatchIn(std::chrono::milliseconds delay);
    void awaitAnswers();
    void onReply(core::TrackId id, const core::Reply &reply);
    void onServiceState(const core::ServiceState &state);

    static void takeReply(Shared &shared, core::TrackId id, const core::Reply &reply);
    static void takeHeldReplies(Shared &shared);
    /** Who is told of what happened. */
    enum class Told { OnBusAndDownstream, OnBusOnly };
    static void take(Shared &shared, core::FaceBook::Events events,
                     Told told = Told::OnBusAndDownstream);
    static void endTracks(Shared &shared, core::FaceBook::Events ends,
                          Told told = Told::OnBusAndDownstream);
    static void flush(Shared &shared, Told told = Told::OnBusAndDownstream);
    static void noteFirstAnswer(Shared &shared, const core::Reply &reply);
    static void noteTimes(Shared &shared, const core::FrameTimes &times);
    void pushEvents(const core::FaceBook::Events &events, const Settings &settings,
                    const core::FrameShape &shape,
                    const std::shared_ptr<const metadata::Labels> &labels);
    void pushEvents();
    void postReports();
    void awaitReports();
    void post(const core::FaceEvent &event, const Settings &settings,
              const metadata::ReportContext &reportContext);
    void post(const core::ServiceState &state, const Settings &settings);
    void post(const Notice &notice, const Settings &settings);
    std::string cameraName(const Settings &settings) const;
    metadata::ReportContext context(const Settings &settings, const core::FrameShape &shape,
                                    std::shared_ptr<const metadata::Labels> labels) const;
    core::BookRules rules(const Settings &settings) const;

    GstElement *const element_; ///< borrowed: it owns us
    const std::string elementName_;
    const std::string notice_;
    const DetectorChoice source_; ///< who finds the faces; fixed while this lives
    const std::string roiType_;
    std::shared_ptr<core::WorkerPool> pool_;

    core::Guarded<Shared> shared_;
    std::condition_variable
        changed_; ///< an analysis, a dispatch or a posting ended, an answer came

    core::FaceWatch watch_;                   ///< *streaming*
    metadata::FaceDescriptions descriptions_; ///< *streaming*

    // Used by the one analysis under way only; before it by who fills the sample, and by start and
    // stop.
    std::unique_ptr<vision::Detector> detector_;
    CredentialsSource credentials_;
    metadata::LabelsFile labelsFile_;
    std::shared_ptr<const Settings> limitsOf_; ///< whose limits the caller has
    element::SampleFrame sample_;
    core::Stillness stillness_;
    unsigned stillnessEpoch_ = 0;
    core::LumaGrid grid_;
    core::LumaGrid lastGrid_;        ///< of the last detection
    core::LumaGrid picture_;         ///< of this sample, for telling another picture
    core::LumaGrid lastPicture_;     ///< of the last one
    core::PictureChange unobserved_; ///< since the last sample that the book was told of
    std::optional<core::StreamTime> lastPictureAt_;
    core::StreamTime lastChangeAt_{0}; ///< when the picture was last seen to move
    core::Image detectionImage_;
    core::Image photoImage_;
    core::Image faceImage_;
    std::string detectorError_;
    std::string failure_; ///< what ended the last analysis that did not end well, as it was told
    /** Of the sample under way, of any size and score: nobody's face is on another's photo. */
    std::vector<core::Observation> everybody_;

    std::unique_ptr<service::Caller> caller_; ///< null without credentials (dry-run)
};

} // namespace ooto::identify
