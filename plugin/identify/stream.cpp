// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/stream.h"

#include "element/luma_reader.h"
#include "element/visible_rect.h"
#include "identify/analysis_pool.h"
#include "identify/debug.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ooto::identify
{

namespace
{

bool isWhole(GstBuffer *buffer)
{
    return !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED) &&
           !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DECODE_ONLY);
}

/** On this frame it is not known whose face it is. */
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

/** The analysis while it is not idle. Wherever that ends, also by an exception, it is given back.
 */
class Stream::Loan
{
public:
    Loan() = default;
    Loan(Loan &&) noexcept = default;
    Loan &operator=(Loan &&) = delete;
    ~Loan() { giveBack(); }

    void take(std::shared_ptr<Stream> stream, std::unique_ptr<Analysis> analysis)
    {
        stream_ = std::move(stream);
        analysis_ = std::move(analysis);
    }
    explicit operator bool() const { return analysis_ != nullptr; }
    Analysis &operator*() { return *analysis_; }
    std::unique_ptr<Analysis> release() { return std::move(analysis_); }
    void giveBack()
    {
        if (!analysis_)
            return;
        // Notified under the lock, so that what waits finds all of it done.
        auto shared = stream_->meeting_.shared.lock();
        shared->idleAnalysis = std::move(analysis_);
        shared->analysing = false;
        stream_->meeting_.changed.notify_all();
    }

private:
    std::shared_ptr<Stream> stream_;
    std::unique_ptr<Analysis> analysis_;
};

/** A place in the pool's queue, for what waits when it is reached. Lost with what waits where the
 * pool drops it, so that nobody waits for that.
 */
class Stream::Turn
{
public:
    explicit Turn(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
    Turn(const Turn &) = delete;
    Turn &operator=(const Turn &) = delete;
    ~Turn()
    {
        if (!stream_)
            return;
        auto shared = stream_->meeting_.shared.lock();
        shared->turnComing = false;
        if (shared->waiting)
            shared->idleAnalysis = std::move(shared->waiting->analysis);
        shared->waiting.reset();
        stream_->meeting_.changed.notify_all();
    }
    void take() { std::exchange(stream_, nullptr)->runAnalysis(); }

private:
    std::shared_ptr<Stream> stream_;
};

Stream::Stream(GstElement *element, const Settings &settings,
               std::shared_ptr<vision::DetectorPool> detectors, CredentialsSource credentials,
               std::string notice)
    : element_(element),
      notice_(std::move(notice)),
      source_(settings.detector),
      roiType_(settings.roiType),
      pool_(analysisPool()),
      outbox_(element, meeting_, source_ != DetectorChoice::Upstream),
      dispatcher_(element, meeting_, outbox_, [this](const std::function<void()> &job) {
          // Who waits for an answer does not wait for other cameras' analyses, too.
          pool_->postAhead([self = shared_from_this(), job] { job(); });
      })
{
    metadata::EventSequence sequence = metadata::eventSequenceOf(outbox_.cameraName(settings));
    auto analysis = std::make_unique<Analysis>(element, meeting_, outbox_, dispatcher_, source_,
                                               std::move(detectors), std::move(credentials));
    auto shared = meeting_.shared.lock();
    shared->idleAnalysis = std::move(analysis);
    shared->untold.sequence = std::move(sequence);
    shared->settings = std::make_shared<const Settings>(settings);
    shared->book.setRules(rules(settings, shared->photoWishes));
    shared->sampling.setInterval(settings.sampleInterval());
}

Stream::~Stream() = default;

std::string Stream::connect(const service::ConnectionSettings &connection)
{
    std::shared_ptr<const Settings> settings;
    Refresh *refresh = nullptr; // nothing runs yet
    {
        auto shared = meeting_.shared.lock();
        settings = shared->settings;
        refresh = &shared->idleAnalysis->refresh();
    }
    std::string error = dispatcher_.connect(connection, *settings, refresh->appKey());
    if (error.empty())
        refresh->begin();
    return error;
}

void Stream::configure(const Settings &settings)
{
    bool lacksCredentials = false;
    metadata::EventSequence sequence = metadata::eventSequenceOf(outbox_.cameraName(settings));
    {
        auto shared = meeting_.shared.lock();
        const std::shared_ptr<const Settings> old = shared->settings;
        const Settings &before = *old;
        if (settings.revision < before.revision)
            return; // two threads set properties, and the later one was faster
        if (before.credentialsSet != settings.credentialsSet)
            shared->sending.credentialsReplaced = true;
        if (before.sampleInterval() != settings.sampleInterval())
            shared->sampling.setInterval(settings.sampleInterval());
        shared->settings = std::make_shared<const Settings>(settings);
        shared->untold.sequence = std::move(sequence);
        shared->book.setRules(rules(settings, shared->photoWishes));
        if (before.similarityThreshold != settings.similarityThreshold)
            shared->tell(shared->book.rejudge(shared->latest));
        if (before.active && !settings.active)
            shared->flush();
        // Sending was switched on, but there was nothing to send with when the element started.
        lacksCredentials = before.dryRun && !settings.dryRun && !dispatcher_.isConnected();
    }
    if (lacksCredentials)
        GST_ELEMENT_WARNING(element_, RESOURCE, SETTINGS,
                            ("No credentials were set when the element started with dry-run."),
                            ("Set them and start it again; until then nothing is sent."));
    outbox_.post();
}

void Stream::stop()
{
    {
        auto shared = meeting_.shared.lock();
        shared->stopping = true;
        meeting_.changed.wait(shared.waitable(), [&] {
            return !shared->analysing && shared->sending.dispatching == 0;
        });
    }
    dispatcher_.disconnect();
    pool_.reset();
    {
        auto shared = meeting_.shared.lock();
        Dispatcher::settleHeldReplies(*shared);
        shared->statistics.countCancelled();
        shared->tell(shared->book.endAll(shared->latest), Told::OnBusOnly);
    }
    outbox_.post();
}

Statistics Stream::statistics()
{
    auto shared = meeting_.shared.lock();
    shared->statistics.visits = shared->book.visits();
    return shared->statistics;
}

void Stream::frame(GstBuffer *buffer, const GstVideoInfo &info, const core::FrameTimes &times)
{
    const auto begin = std::chrono::steady_clock::now();
    const core::PixelRect visible = element::visibleRect(buffer, info);
    Frame frame{.buffer = buffer,
                .info = info,
                .times = times,
                .visible = visible,
                .shape = {visible.width, visible.height, info.par_n, info.par_d},
                .upstream = {}};
    if (source_ == DetectorChoice::Upstream)
        frame.upstream = metadata::upstreamFaces(buffer, roiType_, visible);
    observe(frame);
    attach(frame);
    const auto took = std::chrono::steady_clock::now() - begin;
    meeting_.shared.lock()->statistics.countFrameTime(took);
}

void Stream::observe(const Frame &frame)
{
    watchFaces(frame);
    Loan loan;
    Job job;
    bool dispatchNow = false;
    {
        auto shared = meeting_.shared.lock();
        ++shared->statistics.frames;
        shared->noteTimes(frame.times);
        shared->shape = frame.shape;
        shared->tell(shared->book.noteFrame(frame.times));
        if (watch_.wantsSample())
            shared->sampling.hurry();
        job = chooseSample(*shared, frame, loan);
        dispatchNow = shared->mustDispatch();
    }
    const bool waits = job.settings->backpressure;
    if (loan)
        startAnalysis(frame, std::move(loan), std::move(job));
    if (waits)
        dispatcher_.awaitAnswers();
    else if (dispatchNow)
        dispatcher_.queue();
}

/** Is each face still what it was a frame ago? */
void Stream::watchFaces(const Frame &frame)
{
    const core::StreamTime now = frame.times.runningTime;
    const std::vector<core::WatchedFace> faces = meeting_.shared.lock()->book.watched(now);
    if (faces.empty()) {
        watch_.forget();
        return;
    }
    element::LumaReader reader(frame.buffer, frame.info, frame.visible);
    watch_.look(now, faces, [&](const core::Box &box) { return reader.read(box); });
}

/** @param taken gets the analysis where the frame is a sample */
Job Stream::chooseSample(Shared &shared, const Frame &frame, Loan &taken)
{
    Job job{.settings = shared.settings,
            .times = frame.times,
            .takenAt = std::chrono::steady_clock::now(),
            .epoch = shared.epoch,
            .upstream = {},
            .urgent = shared.sampling.isUrgent()};
    job.times.afterJump = false;
    const SampleChoice::Frame offered{.time = frame.times.runningTime,
                                      .whole = isWhole(frame.buffer),
                                      .lacksFaces = source_ == DetectorChoice::Upstream &&
                                                    frame.upstream.empty(),
                                      .analysisIdle = shared.idleAnalysis || shared.waiting,
                                      .crowded = shared.crowded,
                                      .mayCrowd = shared.settings->backpressure,
                                      .active = shared.settings->active};
    switch (shared.sampling.choose(offered)) {
    case SampleChoice::Choice::Pass:
        break;
    case SampleChoice::Choice::Skipped:
        ++shared.statistics.samples;
        ++shared.statistics.samplesSkipped;
        break;
    case SampleChoice::Choice::Sample:
        ++shared.statistics.samples;
        job.times.afterJump = shared.sampling.claimJump();
        job.upstream = observationsOf(frame.upstream);
        takeAnalysis(shared, job, taken);
        break;
    }
    return job;
}

/** The idle one, or that of a sample that waits still: then this one takes its place in the queue.
 */
void Stream::takeAnalysis(Shared &shared, Job &job, Loan &taken)
{
    if (!shared.waiting) {
        taken.take(shared_from_this(), std::move(shared.idleAnalysis));
        return;
    }
    ++shared.statistics.samplesSkipped;
    const Job &older = shared.waiting->job;
    job.times.afterJump |= older.times.afterJump;
    job.urgent |= older.urgent;
    taken.take(shared_from_this(), std::move(shared.waiting->analysis));
    shared.waiting.reset();
}

void Stream::startAnalysis(const Frame &frame, Loan taken, Job job)
{
    if (!(*taken).fill(frame.buffer, frame.info)) {
        GST_WARNING_OBJECT(element_, "a frame could not be mapped for reading");
        if (job.times.afterJump)
            meeting_.shared.lock()->sampling.returnJump();
        return;
    }
    {
        auto shared = meeting_.shared.lock();
        shared->waiting = WaitingSample{taken.release(), std::move(job)};
        if (std::exchange(shared->turnComing, true))
            return;
    }
    // First come, first served: over all cameras, and each with the newest it has by then.
    pool_->post([turn = std::make_shared<Turn>(shared_from_this())] { turn->take(); });
}

/** *analysis* */
void Stream::runAnalysis()
{
    Loan loan;
    Job job;
    {
        auto shared = meeting_.shared.lock();
        shared->turnComing = false;
        if (!shared->waiting)
            return; // a newer sample is being copied, and comes with a turn of its own
        job = std::move(shared->waiting->job);
        loan.take(shared_from_this(), std::move(shared->waiting->analysis));
        shared->waiting.reset();
        if (shared->stopping)
            return;
        shared->analysing = true;
        const auto waited = std::chrono::steady_clock::now() - job.takenAt;
        const core::StreamTime interval = shared->settings->sampleInterval();
        shared->crowded = interval.count() > 0 && waited > interval / 4;
        shared->statistics.countWait(waited);
    }
    (*loan).run(job);
}

void Stream::attach(const Frame &frame)
{
    Known known = lookUp(frame.times);
    const metadata::ReportContext context = known.before.context;
    outbox_.push(std::move(known.before));
    metadata::attachFaces(frame.buffer, known.faces, context, known.notices, frame.visible.x,
                          frame.visible.y, frame.upstream, descriptions_);
    outbox_.post();
}

Stream::Known Stream::lookUp(const core::FrameTimes &times)
{
    auto shared = meeting_.shared.lock();
    Known known;
    // Both at once: the events are what the buffer's metadata comes of.
    known.faces = shared->book.faces(times.runningTime);
    known.before = outbox_.take(*shared);
    known.before.context.runningTime = times.runningTime;
    if (watch_.anyUncertain())
        watch_.noteSamples(shared->book.watched(times.runningTime));
    for (core::FaceView &face : known.faces) {
        if (times.undecided || watch_.isUncertain(face.trackId))
            withhold(face);
    }
    const core::ServiceState &service = shared->sending.service;
    if (service.condition != core::ServiceCondition::Ok) {
        known.notices.serviceState = core::conditionName(service.condition);
        known.notices.serviceReason = service.reason;
    }
    known.notices.notice = notice_;
    const std::string &smallFaces = shared->smallFaces.notice();
    if (!smallFaces.empty())
        known.notices.notice += (notice_.empty() ? "" : " ") + smallFaces;
    return known;
}

void Stream::noteCameraClock(std::chrono::milliseconds ahead)
{
    std::string text = clockWatch_.note(ahead);
    if (!text.empty())
        meeting_.shared.lock()->untold.reports.emplace_back(Notice{std::move(text)});
}

void Stream::lostFrame()
{
    meeting_.shared.lock()->sampling.hurry();
}

void Stream::gap(const core::FrameTimes &times)
{
    bool dispatchNow = false;
    {
        auto shared = meeting_.shared.lock();
        shared->noteTimes(times);
        shared->tell(shared->book.advance(times));
        dispatchNow = shared->mustDispatch();
    }
    outbox_.pushDownstream();
    if (dispatchNow)
        dispatcher_.queue();
    outbox_.post();
}

void Stream::endOfStream()
{
    bool waits = false;
    {
        auto shared = meeting_.shared.lock();
        waits = shared->settings->backpressure;
        shared->tellEnds(shared->book.endAll(shared->latest));
    }
    outbox_.post();
    if (waits)
        dispatcher_.awaitAnswers();
    else
        dispatcher_.queue();
    outbox_.pushDownstream();
    outbox_.awaitPosted();
}

void Stream::flush()
{
    {
        auto shared = meeting_.shared.lock();
        shared->flush(Told::OnBusOnly);
        shared->untold.downstream.clear();
    }
    outbox_.post();
}

void Stream::anotherPicture()
{
    {
        auto shared = meeting_.shared.lock();
        shared->flush();
        shared->orientation.clear();
        shared->orientationWatch.reset();
        shared->sampling.forgetBroken();
    }
    outbox_.pushDownstream();
    outbox_.post();
}

void Stream::notePhotoWish(const metadata::PhotoWish &wish)
{
    auto shared = meeting_.shared.lock();
    shared->photoWishes.note(wish);
    shared->book.setRules(rules(*shared->settings, shared->photoWishes));
    // Who asks has not heard yet how the service is.
    shared->sending.serviceNews = true;
}

void Stream::forget(const metadata::ForgetRequest &request, bool passOn)
{
    {
        auto shared = meeting_.shared.lock();
        shared->forget({request.templateId, metadata::visitNumberOf(request.visitId)});
        if (const auto elsewhere = shared->book.visitNamed(request.visitId); elsewhere != 0)
            shared->forget({{}, elsewhere});
        if (passOn)
            shared->untold.forgets.push_back(request);
    }
    outbox_.post();
}

void Stream::interrupt(bool interrupted)
{
    meeting_.shared.lock()->interrupted = interrupted;
    meeting_.changed.notify_all();
}

void Stream::noteOrientation(const std::string &tag)
{
    auto shared = meeting_.shared.lock();
    shared->orientation = tag;
    shared->orientationWatch.noteTag(tag != "rotate-0");
}

core::BookRules Stream::rules(const Settings &settings, const PhotoWishes &wishes) const
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
    rules.keepPhotos = settings.messagePhotos || wishes.photos();
    return rules;
}

} // namespace ooto::identify
