// SPDX-License-Identifier: LGPL-2.1-or-later
#include "visits/run.h"

#include "vision/appearance.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace ooto::visits
{

namespace
{

constexpr double kPictures = 16; // on a sheet

} // namespace

Run::Run(const RunSettings &settings, Pictures &pictures,
         std::unique_ptr<vision::Detector> detector, Oracle &oracle)
    : settings_(settings),
      pictures_(pictures),
      oracle_(oracle),
      truth_(std::move(detector), pictures.script(), pictures.shutterS(), settings.minFacePx),
      player_({settings.detector, settings.pace, settings.delayS, pictures.sizePx(),
               pictures.framesPerSecond(), settings.minFacePx, settings.outages},
              oracle),
      plain_(oracle, settings.delayS),
      ours_(settings.boxes, pictures.framesPerSecond()),
      theirs_(settings.boxes, pictures.framesPerSecond()),
      sheet_(settings.lengthS / kPictures)
{
}

Rows Run::play(const std::string &name, bool details)
{
    // The next picture is made and looked at while this one is played.
    std::future<Prepared> coming = prepare();
    for (Prepared now = coming.get(); now.there; now = coming.get()) {
        coming = prepare();
        step(now.frame, now.truth);
    }
    take(player_.finish());
    fill(name);
    if (!settings_.sheetFolder.empty())
        sheet_.save(settings_.sheetFolder + "/" + name + ".png");
    if (!settings_.quiet)
        print(details);
    return rows_;
}

/** The pictures and the truth are used by one of these at a time, and by nobody else. */
std::future<Run::Prepared> Run::prepare()
{
    return std::async(std::launch::async, [this] {
        Prepared next;
        double timeS = 0;
        next.there = pictures_.next(next.frame, timeS);
        if (next.there)
            next.truth = truth_.look(timeS, next.frame);
        return next;
    });
}

void Run::step(const cv::Mat &frame, const FrameTruth &truth)
{
    watchScene(truth);
    waiting_.push_back(truth);
    oracle_.remember(frame, truth);
    if (!settings_.quiet) {
        const std::vector<ShownFace> plain = plain_.push(frame, truth);
        theirs_.frame(truth, plain, plain_.asked());
        watchAlike(frame, truth);
    }
    const std::vector<Player::Out> outs = player_.push(frame, truth.timeS);
    take(outs);
    if (!settings_.sheetFolder.empty())
        sheet_.add(frame, truth, outs.empty() ? std::vector<ShownFace>{} : outs.back().faces);
}

void Run::take(const std::vector<Player::Out> &outs)
{
    const std::set<std::string> asked = outs.empty() ? std::set<std::string>{} : askedAbout();
    for (const Player::Out &out : outs) {
        while (!waiting_.empty() && Player::ptsOf(waiting_.front().timeS) < out.pts)
            waiting_.pop_front();
        if (!waiting_.empty())
            ours_.frame(waiting_.front(), out.faces, asked);
    }
}

/** Whether the scene is what it says: somebody who hides or looks away must not be found. */
void Run::watchScene(const FrameTruth &truth)
{
    for (const TrueFace &face : truth.faces) {
        if (face.foundBox.empty())
            continue;
        foundTurned_ += face.turned >= 1;
        const auto [last, isFirst] = foundS_.try_emplace(face.person, truth.timeS);
        longestGapS_ = std::max(longestGapS_, truth.timeS - last->second);
        last->second = truth.timeS;
    }
}

/** How alike the people's colours are, by the element's own measure: two looks of each a second. */
void Run::watchAlike(const cv::Mat &frame, const FrameTruth &truth)
{
    constexpr double kIntervalS = 0.5;
    constexpr std::size_t kLooks = 8;
    for (const TrueFace &face : truth.faces) {
        Looks &looks = looks_[face.person];
        if (!face.usable || looks.all.size() >= kLooks || truth.timeS < looks.nextS)
            continue;
        looks.nextS = truth.timeS + kIntervalS;
        if (const auto look = vision::appearanceOf({frame.data, frame.cols, frame.rows, frame.step},
                                                   face.foundBox))
            looks.all.push_back(*look);
    }
}

void Run::printAlike() const
{
    std::vector<double> alike;
    for (auto a = looks_.begin(); a != looks_.end(); ++a) {
        for (auto b = std::next(a); b != looks_.end(); ++b) {
            for (const core::Appearance &one : a->second.all) {
                for (const core::Appearance &other : b->second.all)
                    alike.push_back(core::likeness(one, other));
            }
        }
    }
    if (alike.empty())
        return;
    std::sort(alike.begin(), alike.end());
    std::printf("    the people's colours are %.2f to %.2f alike, %.2f in the median\n",
                alike.front(), alike.back(), alike[alike.size() / 2]);
}

std::set<std::string> Run::askedAbout()
{
    std::set<std::string> people;
    for (const auto &[person, count] : player_.asked().people)
        people.insert(person);
    return people;
}

void Run::fill(const std::string &name)
{
    rows_.ours.scene = rows_.plain.scene = name;
    // With backpressure the stream stands still while the service thinks.
    rows_.ours.delayS = settings_.pace == Pace::Backpressure ? 0 : settings_.delayS;
    rows_.plain.delayS = settings_.delayS;
    rows_.ours.method = "ooto";
    rows_.ours.score = ours_.score(askedAbout());
    rows_.ours.calls = player_.asked().received;
    rows_.ours.countsVisits = true;
    rows_.ours.countedVisits = player_.visits();
    rows_.plain.method = "plain";
    rows_.plain.score = theirs_.score(plain_.asked());
    rows_.plain.calls = plain_.calls();
}

void Run::print(bool details)
{
    printRow(rows_.ours);
    printRow(rows_.plain);
    for (const std::string &text : player_.complaints())
        std::printf("    the element complains: %s\n", text.c_str());
    if (foundTurned_)
        std::printf("    the scene is not right: the back of a head was found %zu times\n",
                    foundTurned_);
    if (const std::size_t unsure = player_.asked().unsure)
        std::printf("    the oracle was unsure who is in %zu photos\n", unsure);
    for (const std::string &each : ours_.wrongCases())
        std::printf("    wrong: %s\n", each.c_str());
    if (!details)
        return;
    printAlike();
    std::printf("    the detector loses sight of a person for up to %.2f s; the element skipped "
                "%zu samples\n",
                longestGapS_, static_cast<std::size_t>(player_.stat("samples-skipped")));
    printDetails(player_.asked(), player_.reasons());
}

} // namespace ooto::visits
