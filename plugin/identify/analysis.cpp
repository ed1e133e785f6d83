// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/analysis.h"

#include "identify/debug.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ooto::identify
{

Analysis::Analysis(GstElement *element, Meeting &meeting, Outbox &outbox, Dispatcher &dispatcher,
                   DetectorChoice source, std::unique_ptr<vision::Detector> detector,
                   CredentialsSource credentials)
    : element_(element),
      meeting_(meeting),
      outbox_(outbox),
      dispatcher_(dispatcher),
      source_(source),
      refresh_(element, meeting, outbox, dispatcher, std::move(credentials)),
      finder_(element, source, std::move(detector)),
      pictures_(finder_.stillInterval()),
      photographer_(element, meeting, source == DetectorChoice::None)
{
}

void Analysis::run(const Job &job)
{
    try {
        analyse(job);
        failure_.clear();
    } catch (const std::exception &error) {
        tellFailure(error.what());
    } catch (...) {
        tellFailure("an exception of no known type");
    }
}

/** Each time counted, and told when it is not what the sample before failed of. */
void Analysis::tellFailure(const std::string &what)
{
    ++meeting_.shared.lock()->statistics.analysesFailed;
    if (what == failure_)
        return;
    failure_ = what;
    GST_ELEMENT_WARNING(element_, LIBRARY, FAILED,
                        ("A frame could not be searched for faces: %s", what.c_str()),
                        ("The video goes on, and the next frame is tried."));
}

void Analysis::analyse(const Job &job)
{
    const auto begin = std::chrono::steady_clock::now();
    refresh_.run();
    const bool anyTrack = meeting_.shared.lock()->book.hasTracks();
    const PictureWatch::Look look = pictures_.look(sample_, job, anyTrack);
    if (!look.search) {
        passSample(job);
        watchOrientation(job, false);
        return;
    }
    const std::vector<core::Observation> seen = finder_.find(sample_, job, pictures_.picture());
    watchOrientation(job, std::any_of(seen.begin(), seen.end(),
                                      [](const core::Observation &face) { return !face.weak; }));
    const auto wishes = observe(job, seen, look.change);
    if (!wishes)
        return;
    outbox_.post();
    for (const core::ShotWish &wish : *wishes)
        photographer_.photograph(sample_, job, wish, seen[wish.observation], finder_.everyFace());
    dispatcher_.dispatch();

    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    meeting_.shared.lock()->statistics.analysisMs.add(took.count());
}

/** @return of which faces photos may be wanted; nothing where the sample counts no more */
std::optional<std::vector<core::ShotWish>>
Analysis::observe(const Job &job, const std::vector<core::Observation> &seen,
                  const core::PictureChange &picture)
{
    auto shared = meeting_.shared.lock();
    if (shared->epoch != job.epoch || shared->stopping)
        return std::nullopt;
    shared->statistics.detections += seen.size();
    if (source_ != DetectorChoice::None)
        shared->statistics.detectionsTooSmall += finder_.everyFace().size() - seen.size();
    noteSmallFaces(*shared, job);
    shared->tell(shared->book.observe(job.times, sample_.shape(), seen, picture));
    pictures_.noteTold();
    return shared->book.wishes();
}

void Analysis::passSample(const Job &job)
{
    auto shared = meeting_.shared.lock();
    if (shared->epoch != job.epoch || shared->stopping)
        return;
    ++shared->statistics.samplesStill;
    shared->book.passSample(job.times.runningTime);
    pictures_.noteTold();
}

void Analysis::noteSmallFaces(Shared &shared, const Job &job) const
{
    const core::FrameShape &frame = sample_.shape();
    std::vector<double> sidesPx;
    for (const core::Observation &face : finder_.everyFace()) {
        if (!face.weak)
            sidesPx.push_back(core::scaled(face.box, frame.width, frame.height).shorterSide());
    }
    const std::string before = shared.smallFaces.notice();
    shared.smallFaces.note(job.times.runningTime, sidesPx, job.settings->minFaceSizePx);
    const std::string &notice = shared.smallFaces.notice();
    if (!notice.empty() && notice != before)
        shared.untold.reports.emplace_back(Notice{notice});
}

void Analysis::watchOrientation(const Job &job, bool anyFace)
{
    std::string tag;
    {
        auto shared = meeting_.shared.lock();
        if (shared->epoch != job.epoch || shared->stopping ||
            !shared->orientationWatch.noteSample(job.times.runningTime, anyFace))
            return;
        tag = shared->orientation;
    }
    GST_ELEMENT_WARNING(element_, STREAM, FORMAT,
                        ("No face was found in %d s of a video that is tagged '%s': it may lie on "
                         "its side or on its head here.",
                         static_cast<int>(core::OrientationWatch::patience.count()), tag.c_str()),
                        ("Put 'videoflip video-direction=auto' before this element."));
}

} // namespace ooto::identify
