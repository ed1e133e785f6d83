// SPDX-License-Identifier: LGPL-2.1-or-later
// The streaming and the application thread's side; analysis and replies are in files of their own.
#include "identify/stream.h"

#include "element/luma_reader.h"
#include "element/visible_rect.h"
#include "identify/analysis_pool.h"
#include "identify/debug.h"
#include "system/text_encoding.h"

#include <algorithm>
#include <utility>

namespace ooto::identify
{

namespace
{

using namespace std::chrono_literals;

/** From one key frame to the next it takes 1 to 10 s: nobody is to be overlooked for so long. */
constexpr core::StreamTime longestBroken = 1s;
/** Between two samples where something moves fast: the analysis is for other streams, too. */
constexpr core::StreamTime leastUrgentInterval = 80ms;

bool isWhole(GstBuffer *buffer)
{
    return !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED) &&
           !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DECODE_ONLY);
}

/** On this frame nobody knows whose face it is. */
void withhold(core::FaceView &face)
{
    face.status = core::Status::Pending;
    face.reason = core::Reason::Doubt;
    face.answer.reset();
    face.serviceBox.reset();
}

std::vector<core::Observation> observationsOf(const std::vector<metadata::UpstreamFace> &faces)
{
    std::vector<core::Observation> seen;
    for (const metadata::UpstreamFace &face : faces) {
        core::Observation observation;
        observation.box = face.box;
        observation.score = face.score;
        observation.objectId = face.objectId;
        seen.push_back(std::move(observation));
    }
    return seen;
}

} // namespace

IdentifyStream::IdentifyStream(GstElement *element, const Settings &settings,
                               std::unique_ptr<vision::Detector> detector,
                               CredentialsSource credentials, std::string notice)
    : element_(element),
      elementName_(system::validUtf8(GST_OBJECT_NAME(element))),
      notice_(std::move(notice)),
      source_(settings.detector),
      roiType_(settings.roiType),
      pool_(analysisPool()),
      detector_(std::move(detector)),
      credentials_(std::move(credentials))
{
    if (detector_)
        stillness_ = core::Stillness(detector_->stillInterval());
    metadata::EventSequence told = metadata::eventSequenceOf(cameraName(settings));
    auto shared = shared_.lock();
    shared->told = std::move(told);
    shared->settings = std::make_shared<const Settings>(settings);
    shared->book.setRules(rules(settings));
    shared->sampler.setInterval(settings.sampleInterval());
}

IdentifyStream::~IdentifyStream() = default;

std::string IdentifyStream::connect(const service::ConnectionSettings &connection)
{
    const std::shared_ptr<const Settings> settings = shared_.lock()->settings;
    std::string error;
    caller_ = service::Caller::open(
        connection,
        {settings->maxInFlight, settings->maxRate, settings->maxRequestsPerDay,
         core::backoffRules(settings->retryBackoffFactorS, settings->retryBackoffMaxS)},
        credentials_.current().appKey,
        [this](const core::ServiceState &state) { onServiceState(state); }, error);
    if (!caller_)
        return error;
    caller_->setWarningHandler([this](const std::string &text) {
        GST_ELEMENT_WARNING(element_, RESOURCE, FAILED, ("%s", text.c_str()), (nullptr));
    });
    limitsOf_ = settings;
    noteBudget();
    shared_.lock()->canSend = true;
    return {};
}

void IdentifyStream::configure(const Settings &settings)
{
    bool lacksCredentials = false;
    metadata::EventSequence told = metadata::eventSequenceOf(cameraName(settings));
    {
        auto shared = shared_.lock();
        const std::shared_ptr<const Settings> old = shared->settings;
        const Settings &before = *old;
        if (settings.revision < before.revision)
            return; // two threads set properties, and the later one was faster
        const bool deactivated = before.active && !settings.active;
        if (before.credentialsSet != settings.credentialsSet)
            shared->credentialsReplaced = true;
        if (before.sampleInterval() != settings.sampleInterval())
            shared->sampler.setInterval(settings.sampleInterval());
        shared->settings = std::make_shared<const Settings>(settings);
        shared->told = std::move(told);
        shared->book.setRules(rules(settings));
        if (before.similarityThreshold != settings.similarityThreshold)
            take(*shared, shared->book.rejudge(shared->latest));
        if (deactivated)
            flush(*shared);
        // Sending was switched on, but there was nothing to send with when the element started.
        lacksCredentials = before.dryRun && !settings.dryRun && !shared->canSend;
    }
    if (lacksCredentials)
        GST_ELEMENT_WARNING(element_, RESOURCE, SETTINGS,
                            ("No credentials were set when the element started with dry-run."),
                            ("Set them and start it again; until then nothing is sent."));
    postReports();
}

void IdentifyStream::stop()
{
    {
        auto shared = shared_.lock();
        shared->stopping = true;
        changed_.wait(shared.waitable(), [&] {
            return shared->analysis != Analysis::Running && shared->dispatching == 0;
        });
    }
    caller_.reset();
    pool_.reset();
    {
        auto shared = shared_.lock();
        takeHeldReplies(*shared);
        shared->statistics.countCancelled();
        take(*shared, shared->book.endAll(shared->latest), Told::OnBusOnly);
    }
    postReports();
}

Statistics IdentifyStream::statistics()
{
    auto shared = shared_.lock();
    shared->statistics.visits = shared->book.visits();
    return shared->statistics;
}

/**
 * Detectors upstream may look at every third frame only: a sample is one of those, unless none came
 * for a whole interval.
 */
bool IdentifyStream::waitsForUpstream(Shared &shared, const core::FrameTimes &times,
                                      bool anyUpstream) const
{
    return source_ == DetectorChoice::Upstream && !anyUpstream &&
           times.runningTime - *shared.sampleDue < shared.sampler.interval();
}

/**
 * A broken frame is no sample while others come. A stream in which nothing else comes for a second
 * is looked at all the same: blurred faces are better than blindness.
 */
bool IdentifyStream::waitsForAWholeFrame(Shared &shared, const core::FrameTimes &times, bool whole)
{
    if (whole || !shared.lastWhole)
        shared.lastWhole = times.runningTime;
    return !whole && times.runningTime - *shared.lastWhole < longestBroken;
}

bool IdentifyStream::takeSample(Shared &shared, const core::FrameTimes &times, bool anyUpstream,
                                bool whole)
{
    const bool broken = waitsForAWholeFrame(shared, times, whole);
    if (!shared.settings->active)
        return false;
    const bool justSampled = !shared.settings->backpressure && shared.lastSample &&
                             times.runningTime - *shared.lastSample < leastUrgentInterval;
    if (shared.urgent && !shared.sampleDue && !justSampled)
        shared.sampleDue = times.runningTime;
    if (shared.sampler.step(times.runningTime) && !shared.sampleDue)
        shared.sampleDue = times.runningTime;
    if (!shared.sampleDue || broken || waitsForUpstream(shared, times, anyUpstream))
        return false;
    if (shared.urgent && shared.analysis != Analysis::Idle)
        return false; // as soon as it is free
    shared.sampleDue.reset();
    ++shared.statistics.samples;
    if (shared.analysis != Analysis::Idle) {
        ++shared.statistics.samplesSkipped;
        return false;
    }
    shared.urgent = false;
    shared.lastSample = times.runningTime;
    shared.analysis = Analysis::Filling;
    return true;
}

/** *streaming*: is each face still what it was a frame ago? */
void IdentifyStream::watchFaces(GstBuffer *buffer, const GstVideoInfo &info,
                                const core::FrameTimes &times, const core::PixelRect &visible)
{
    std::vector<core::WatchedFace> faces;
    {
        auto shared = shared_.lock();
        faces = shared->book.watched(times.runningTime);
    }
    if (faces.empty()) {
        watch_.forget();
        return;
    }
    element::LumaReader reader(buffer, info, visible);
    watch_.look(times.runningTime, faces, [&](const core::Box &box) { return reader.read(box); });
    if (watch_.wantsSample())
        shared_.lock()->urgent = true;
}

/** *streaming*: time passed, by which photos may have become due. */
bool IdentifyStream::mustDispatch(const Shared &shared)
{
    // With backpressure awaitAnswers() sees to it.
    return !shared.settings->backpressure && !shared.dispatchQueued &&
           std::chrono::steady_clock::now() >= shared.heldBackUntil &&
           !shared.book.due(shared.latest.runningTime).empty();
}

void IdentifyStream::frame(GstBuffer *buffer, const GstVideoInfo &info,
                           const core::FrameTimes &times)
{
    const auto begin = std::chrono::steady_clock::now();
    const core::PixelRect visible = element::visibleRect(buffer, info);
    const core::FrameShape shape{visible.width, visible.height, info.par_n, info.par_d};
    std::vector<metadata::UpstreamFace> upstream;
    if (source_ == DetectorChoice::Upstream)
        upstream = metadata::upstreamFaces(buffer, roiType_, visible);

    watchFaces(buffer, info, times, visible);
    Job job;
    bool sampled = false;
    bool dispatchNow = false;
    {
        auto shared = shared_.lock();
        ++shared->statistics.frames;
        noteTimes(*shared, times);
        shared->shape = shape;
        take(*shared, shared->book.noteFrame(times));
        const bool urgent = shared->urgent;
        sampled = takeSample(*shared, times, !upstream.empty(), isWhole(buffer));
        job = {shared->settings, times, shared->epoch, observationsOf(upstream)};
        job.urgent = urgent;
        job.times.afterJump = sampled && std::exchange(shared->afterJump, false);
        dispatchNow = mustDispatch(*shared);
    }
    if (job.settings->backpressure) {
        if (sampled)
            startAnalysis(buffer, info, job);
        awaitAnswers();
    }

    std::vector<core::FaceView> faces;
    core::FaceBook::Events events;
    metadata::StreamNotices notices{"", "", notice_};
    std::string smallFaces;
    std::shared_ptr<const metadata::Labels> labels;
    {
        auto shared = shared_.lock();
        // Both at once: the events are what the buffer's metadata comes of.
        faces = shared->book.faces(times.runningTime);
        if (watch_.anyUncertain())
            watch_.noteSamples(shared->book.watched(times.runningTime));
        for (core::FaceView &face : faces) {
            if (times.undecided || watch_.isUncertain(face.trackId))
                withhold(face);
        }
        events = std::exchange(shared->downstream, {});
        labels = shared->labels;
        smallFaces = shared->smallFaces.notice();
        if (shared->service.condition != core::ServiceCondition::Ok) {
            notices.serviceState = core::conditionName(shared->service.condition);
            notices.serviceReason = shared->service.reason;
        }
    }
    if (!smallFaces.empty())
        notices.notice += (notices.notice.empty() ? "" : " ") + smallFaces;
    pushEvents(events, *job.settings, shape, labels);
    metadata::ReportContext reportContext = context(*job.settings, shape, std::move(labels));
    reportContext.runningTime = times.runningTime;
    metadata::attachFaces(buffer, faces, reportContext, notices, visible.x, visible.y, upstream);
    if (sampled && !job.settings->backpressure)
        startAnalysis(buffer, info, std::move(job));
    if (dispatchNow)
        queueDispatch();
    postReports();

    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    shared_.lock()->statistics.streamingUs.add(took.count());
}

void IdentifyStream::startAnalysis(GstBuffer *buffer, const GstVideoInfo &info, Job job)
{
    if (sample_.copyFrom(buffer, info)) {
        queueAnalysis(std::move(job));
        return;
    }
    GST_WARNING_OBJECT(element_, "a frame could not be mapped for reading");
    auto shared = shared_.lock();
    shared->analysis = Analysis::Idle;
    shared->afterJump |= job.times.afterJump;
}

void IdentifyStream::abandonSample()
{
    auto shared = shared_.lock();
    if (shared->analysis == Analysis::Filling)
        shared->analysis = Analysis::Idle;
    shared->urgent = true; // the next frame is one
    changed_.notify_all();
}

void IdentifyStream::queueAnalysis(Job job)
{
    pool_->post([self = shared_from_this(), job = std::move(job)] {
        {
            auto shared = self->shared_.lock();
            if (shared->stopping)
                return;
            shared->analysis = Analysis::Running;
        }
        self->runJob(job);
    });
    auto shared = shared_.lock();
    if (shared->analysis == Analysis::Filling)
        shared->analysis = Analysis::Queued;
}

void IdentifyStream::gap(const core::FrameTimes &times)
{
    bool dispatchNow = false;
    {
        auto shared = shared_.lock();
        noteTimes(*shared, times);
        take(*shared, shared->book.advance(times));
        dispatchNow = mustDispatch(*shared);
    }
    pushEvents();
    if (dispatchNow)
        queueDispatch();
    postReports();
}

void IdentifyStream::endOfStream()
{
    bool waits = false;
    {
        auto shared = shared_.lock();
        waits = shared->settings->backpressure;
        endTracks(*shared, shared->book.endAll(shared->latest));
    }
    postReports();
    if (waits)
        awaitAnswers();
    else
        queueDispatch();
    pushEvents();
    awaitReports();
}

void IdentifyStream::flush()
{
    {
        auto shared = shared_.lock();
        flush(*shared, Told::OnBusOnly);
        shared->downstream.clear();
    }
    postReports();
}

void IdentifyStream::flush(Shared &shared, Told told)
{
    endTracks(shared, shared.book.flush(shared.latest), told);
}

void IdentifyStream::anotherPicture()
{
    {
        auto shared = shared_.lock();
        flush(*shared);
        shared->orientation.clear();
        shared->orientationWatch.reset();
        shared->lastWhole.reset();
    }
    pushEvents();
    postReports();
}

void IdentifyStream::endTracks(Shared &shared, core::FaceBook::Events ends, Told told)
{
    shared.smallFaces.reset();
    ++shared.epoch;
    shared.afterJump = false;
    shared.sampler.reset();
    shared.sampleDue.reset();
    take(shared, std::move(ends), told);
}

void IdentifyStream::interrupt(bool interrupted)
{
    shared_.lock()->interrupted = interrupted;
    changed_.notify_all();
}

void IdentifyStream::noteTimes(Shared &shared, const core::FrameTimes &times)
{
    shared.latest = times;
    if (!times.afterJump)
        return;
    // The next sample tells who is there, so it should not be long in coming.
    shared.afterJump = true;
    shared.sampler.reset();
}

void IdentifyStream::noteOrientation(const std::string &tag)
{
    auto shared = shared_.lock();
    shared->orientation = tag;
    shared->orientationWatch.noteTag(tag != "rotate-0");
}

core::BookRules IdentifyStream::rules(const Settings &settings) const
{
    core::BookRules rules;
    rules.tracking.holdTime = std::chrono::milliseconds(settings.holdTimeMs);
    // A detector can be wrong once; the frame itself cannot.
    rules.tracking.samplesToConfirm = source_ == DetectorChoice::None ? 1 : 2;
    rules.tracking.relinkTime = std::chrono::milliseconds(settings.relinkTimeMs);
    rules.visitTimeout = std::chrono::seconds(settings.visitTimeoutS);
    rules.asking.minFacePx = settings.minFaceSizePx;
    rules.asking.minQuality = settings.minQuality;
    rules.asking.bestShotWindow = std::chrono::milliseconds(settings.bestShotWindowMs);
    rules.asking.maxAttempts = settings.maxAttempts;
    rules.asking.reidentifyInterval = std::chrono::seconds(settings.reidentifyIntervalS);
    rules.asking.similarityThreshold = settings.similarityThreshold;
    rules.asking.checkLiveness = settings.checkLiveness;
    rules.asking.checkDeepfake = settings.checkDeepfake;
    rules.asking.retry.retries = settings.retries;
    rules.asking.retry.backoff =
        core::backoffRules(settings.retryBackoffFactorS, settings.retryBackoffMaxS);
    rules.asking.wholeFrame = source_ == DetectorChoice::None;
    rules.keepPhotos = settings.messagePhotos;
    return rules;
}

std::string IdentifyStream::cameraName(const Settings &settings) const
{
    return settings.camera.empty() ? elementName_ : settings.camera;
}

metadata::ReportContext
IdentifyStream::context(const Settings &settings, const core::FrameShape &shape,
                        std::shared_ptr<const metadata::Labels> labels) const
{
    return {cameraName(settings),
            settings.facts,
            shape,
            std::move(labels),
            {},
            source_ != DetectorChoice::Upstream};
}

} // namespace ooto::identify
