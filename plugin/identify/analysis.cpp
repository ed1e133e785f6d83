// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/analysis.h"

#include "identify/debug.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ooto::identify
{

Analysis::Analysis(GstElement *element, Meeting &meeting, Outbox &outbox, Dispatcher &dispatcher,
                   DetectorChoice source, std::shared_ptr<vision::DetectorPool> detectors,
                   CredentialsSource credentials)
    : element_(element),
      meeting_(meeting),
      outbox_(outbox),
      dispatcher_(dispatcher),
      source_(source),
      refresh_(element, meeting, outbox, dispatcher, std::move(credentials)),
      finder_(element, source, std::move(detectors)),
      pictures_(finder_.stillInterval()),
      photographer_(element, meeting, source == DetectorChoice::None),
      searchesWhole_(g_getenv("OOTO_SEARCH_WHOLE") != nullptr)
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
    const std::vector<core::FaceToFind> faces =
        meeting_.shared.lock()->book.facesToFind(job.times.runningTime);
    core::SearchPlan plan = planSearch(job, look.change, faces);
    const bool planned = !plan.whole;
    GST_LOG_OBJECT(element_, "%s", core::toText(plan, faces).c_str());
    const std::vector<core::Observation> seen =
        finder_.find(sample_, job, plan, faces, pictures_.picture());
    if (planned && plan.whole)
        planner_.noteWhole();
    pictures_.noteSearched(job, plan.closely(finder_.wholeSize(sample_.shape(), *job.settings)));
    watchOrientation(job, std::any_of(seen.begin(), seen.end(),
                                      [](const core::Observation &face) { return !face.weak; }));
    const auto wishes = observe(job, seen, look.change, plan);
    if (!wishes)
        return;
    outbox_.post();
    photograph(job, *wishes, seen, plan);
    dispatcher_.dispatch();

    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    meeting_.shared.lock()->statistics.analysisMs.add(took.count());
}

/** @return of which faces photos may be wanted; nothing where the sample counts no more */
std::optional<std::vector<core::ShotWish>>
Analysis::observe(const Job &job, const std::vector<core::Observation> &seen,
                  const core::PictureChange &picture, const core::SearchPlan &plan)
{
    auto shared = meeting_.shared.lock();
    if (shared->epoch != job.epoch || shared->stopping)
        return std::nullopt;
    shared->statistics.detections += seen.size();
    if (source_ != DetectorChoice::None)
        shared->statistics.detectionsTooSmall += finder_.everyFace().size() - seen.size();
    noteSmallFaces(*shared, job);
    shared->tell(shared->book.observe(job.times, sample_.shape(), seen, picture, plan));
    pictures_.noteTold();
    return shared->book.wishes();
}

core::SearchPlan Analysis::planSearch(const Job &job, const core::PictureChange &picture,
                                      const std::vector<core::FaceToFind> &faces)
{
    if (!finder_.searchesParts() || !job.settings->searchParts || searchesWhole_)
        return {};
    if (std::exchange(plannedEpoch_, job.epoch) != job.epoch)
        planner_.reset();
    const bool panned = !(picture.shift == core::Point{});
    return planner_.plan({.time = job.times.runningTime,
                          .whole = finder_.wholeSize(sample_.shape(), *job.settings),
                          .moved = pictures_.moved(),
                          .unknown = job.urgent || picture.another || picture.gap || panned,
                          .facesInWindows = finder_.seesPartsAlike(),
                          .photoMargin = job.settings->margin()},
                         faces);
}

/** Whoever may be on a face's photo is known before it is taken. */
void Analysis::photograph(const Job &job, const std::vector<core::ShotWish> &wishes,
                          const std::vector<core::Observation> &seen, const core::SearchPlan &plan)
{
    for (const core::ShotWish &wish : wishes) {
        const core::Box &face = seen[wish.observation].box;
        const core::Box shown = core::grown(face, job.settings->margin() * wish.marginFactor);
        if (finder_.searchesParts() && !plan.covers(shown))
            finder_.alsoSearch(sample_, job, shown);
        photographer_.photograph(sample_, job, wish, seen[wish.observation], finder_.everyFace());
    }
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
