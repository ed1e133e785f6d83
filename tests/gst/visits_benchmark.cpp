// SPDX-License-Identifier: LGPL-2.1-or-later
// How many calls a visit costs, who is named wrongly, and how well the boxes lie on the faces: for
// ootoidentify, and beside it for a plain sampler that posts every detection once a second.
#include "gst/elements.h"
#include "gst/visits_pictures.h"
#include "gst/visits_plain.h"
#include "gst/visits_player.h"
#include "gst/visits_report.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <future>
#include <optional>

using namespace ooto;
using namespace ooto::visits;

namespace
{

struct Options {
    std::vector<std::string> scenes;
    std::string clip;
    std::string detector = "auto";
    std::string sheets;
    TruthBoxes boxes = TruthBoxes::Detector;
    std::optional<Pace> pace;
    double delayS = 0.3;
    bool list = false;
    bool details = false;
};

constexpr const char *kUsage =
    "visits_benchmark [--list] [--scene NAME]... [--clip FILE] [--detector auto|yunet|cascade]\n"
    "  [--truth detector|script]  whose boxes count as true (default: the detector's)\n"
    "  [--stepped | --backpressure | --realtime]  default: backpressure where the element has it\n"
    "  [--delay MS]  of the service (300)   [--details]   [--sheets FOLDER]  pictures to look at\n";

/** False when the arguments make no sense. */
bool readArguments(int argc, char **argv, Options &options)
{
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        const auto value = [&]() -> std::string { return i + 1 < argc ? argv[++i] : ""; };
        if (name == "--list")
            options.list = true;
        else if (name == "--details")
            options.details = true;
        else if (name == "--scene")
            options.scenes.push_back(value());
        else if (name == "--clip")
            options.clip = value();
        else if (name == "--detector")
            options.detector = value();
        else if (name == "--sheets")
            options.sheets = value();
        else if (name == "--truth")
            options.boxes = value() == "script" ? TruthBoxes::Script : TruthBoxes::Detector;
        else if (name == "--delay")
            options.delayS = std::atof(value().c_str()) / 1000;
        else if (name == "--stepped")
            options.pace = Pace::Stepped;
        else if (name == "--backpressure")
            options.pace = Pace::Backpressure;
        else if (name == "--realtime")
            options.pace = Pace::RealTime;
        else
            return false;
    }
    return true;
}

vision::LoadedDetector loadDetector(const std::string &name)
{
    const auto model = vision::findYunetModel("");
    if (name == "yunet" || (name == "auto" && model))
        return vision::loadYunet(model.value_or(vision::yunetModelName));
    return vision::loadCascade(vision::findCascade().value_or("haarcascade_frontalface_alt2.xml"));
}

struct Rows {
    Row ours;
    Row plain;
};

/** One scene or clip, both methods over the same pictures. */
class Run
{
public:
    Run(const Options &options, Pace pace, Pictures &pictures,
        std::unique_ptr<vision::Detector> detector, Oracle &oracle, double lengthS)
        : pictures_(pictures),
          oracle_(oracle),
          truth_(std::move(detector), pictures.scene(), pictures.shutterS()),
          player_({options.detector, pace, options.delayS, pictures.sizePx(),
                   pictures.framesPerSecond()},
                  oracle),
          plain_(oracle, options.delayS),
          ours_(options.boxes, pictures.framesPerSecond()),
          theirs_(options.boxes, pictures.framesPerSecond()),
          sheet_(lengthS / 16)
    {
        if (!options.sheets.empty())
            sheetFolder_ = options.sheets;
        // With backpressure the stream stands still while the service thinks.
        rows_.ours.delayS = pace == Pace::Backpressure ? 0 : options.delayS;
        rows_.plain.delayS = options.delayS;
    }

    Rows play(const std::string &name, bool details)
    {
        // The next picture is made and looked at while this one is played.
        std::future<Prepared> coming = prepare();
        for (Prepared now = coming.get(); now.there; now = coming.get()) {
            coming = prepare();
            step(now.frame, now.truth);
        }
        take(player_.finish());
        fill(name);
        if (!sheetFolder_.empty())
            sheet_.save(sheetFolder_ + "/" + name + ".png");
        printRow(rows_.ours);
        printRow(rows_.plain);
        for (const std::string &text : player_.complaints())
            std::printf("    the element complains: %s\n", text.c_str());
        if (details)
            printDetails(player_.asked(), player_.reasons(), ours_.wrongCases());
        return rows_;
    }

private:
    struct Prepared {
        bool there = false;
        cv::Mat frame;
        FrameTruth truth;
    };

    /** The pictures and the truth are used by one of these at a time, and by nobody else. */
    std::future<Prepared> prepare()
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

    void step(const cv::Mat &frame, const FrameTruth &truth)
    {
        waiting_.push_back(truth);
        oracle_.remember(frame, truth);
        theirs_.frame(truth, plain_.push(frame, truth));
        const std::vector<Player::Out> outs = player_.push(frame, truth.timeS);
        take(outs);
        if (!sheetFolder_.empty())
            sheet_.add(frame, truth, outs.empty() ? std::vector<ShownFace>{} : outs.back().faces);
    }

    void take(const std::vector<Player::Out> &outs)
    {
        for (const Player::Out &out : outs) {
            while (!waiting_.empty() && Player::ptsOf(waiting_.front().timeS) < out.pts)
                waiting_.pop_front();
            if (!waiting_.empty())
                ours_.frame(waiting_.front(), out.faces);
        }
    }

    void fill(const std::string &name)
    {
        rows_.ours.scene = rows_.plain.scene = name;
        rows_.ours.method = "ooto";
        rows_.ours.score = ours_.score();
        rows_.ours.calls = player_.asked().received;
        rows_.ours.countsVisits = true;
        rows_.ours.countedVisits = player_.visits();
        rows_.plain.method = "plain";
        rows_.plain.score = theirs_.score();
        rows_.plain.calls = plain_.calls();
    }

    Pictures &pictures_;
    Oracle &oracle_;
    TruthKeeper truth_;
    Player player_;
    PlainSampler plain_;
    ScoreKeeper ours_;
    ScoreKeeper theirs_;
    Sheet sheet_;
    std::string sheetFolder_;
    std::deque<FrameTruth> waiting_; ///< of frames that did not come out yet
    Rows rows_;
};

/** What is to be played. */
struct Task {
    std::string name;
    double lengthS = 0;
    std::unique_ptr<Pictures> pictures;
};

std::optional<Task> openTask(const std::string &clip, const BenchScene *bench, std::string &error)
{
    Task task;
    task.name = bench ? bench->name : clip.substr(clip.rfind('/') + 1).substr(0, 15);
    task.lengthS = bench ? bench->script.durationS : 16;
    task.pictures = bench ? openScene(*bench, error) : openClip(clip, error);
    return task.pictures ? std::optional<Task>(std::move(task)) : std::nullopt;
}

/** A text for people when it could not run. */
std::string playAll(const Options &options, Pace pace,
                    const std::vector<const BenchScene *> &scenes)
{
    const bool yunet =
        options.detector == "yunet" || (options.detector == "auto" && vision::findYunetModel(""));
    std::vector<Row> ours;
    std::vector<Row> plain;
    std::string error;
    for (const BenchScene *bench : scenes) {
        const auto oracle = Oracle::open(
            yunet ? server::DetectorChoice::Yunet : server::DetectorChoice::Cascade, error);
        if (!oracle)
            return error;
        vision::LoadedDetector loaded = loadDetector(options.detector);
        if (!loaded.detector)
            return loaded.error;
        const std::optional<Task> task = openTask(options.clip, bench, error);
        if (!task)
            return error;
        const Rows rows =
            Run(options, pace, *task->pictures, std::move(loaded.detector), *oracle, task->lengthS)
                .play(task->name, options.details);
        ours.push_back(rows.ours);
        plain.push_back(rows.plain);
    }
    printTotals(ours, plain);
    return {};
}

/** Properties that this build's element lacks, for people. */
std::string missingProperties()
{
    std::string missing;
    for (const char *name : {"backpressure", "best-shot-window", "max-rate", "min-quality",
                             "relink-time", "visit-timeout", "max-attempts", "labels-file"}) {
        if (!hasProperty(name))
            missing += std::string(" ") + name;
    }
    return missing;
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    if (!readArguments(argc, argv, options)) {
        std::printf("%s", kUsage);
        return 2;
    }
    const std::vector<BenchScene> all = benchScenes();
    if (options.list) {
        for (const BenchScene &scene : all)
            std::printf("%-15s %4.0f s  %dx%d at %d/s  %s\n", scene.name.c_str(),
                        scene.script.durationS, scene.framePx.width, scene.framePx.height,
                        scene.framesPerSecond, scene.what.c_str());
        return 0;
    }
    std::vector<const BenchScene *> chosen;
    for (const BenchScene &scene : all) {
        if (options.scenes.empty() || std::find(options.scenes.begin(), options.scenes.end(),
                                                scene.name) != options.scenes.end())
            chosen.push_back(&scene);
    }
    if (chosen.size() < options.scenes.size()) {
        std::printf("there is no such scene; see --list\n");
        return 2;
    }
    if (!options.clip.empty())
        chosen = {nullptr};

    gst_init(nullptr, nullptr);
    test::registerElements();
    const Pace pace =
        options.pace.value_or(hasProperty("backpressure") ? Pace::Backpressure : Pace::Stepped);
    if (const std::string missing = missingProperties(); !missing.empty())
        std::printf("this element has no%s\n", missing.c_str());
    std::printf("%s, the service takes %.0f ms, true boxes are %s\n\n",
                pace == Pace::Stepped        ? "stepped"
                : pace == Pace::Backpressure ? "backpressure"
                                             : "real time",
                options.delayS * 1000,
                options.boxes == TruthBoxes::Detector ? "the same detector's on every frame"
                                                      : "the script's");
    printLegend();
    printHead();
    const std::string error = playAll(options, pace, chosen);
    if (!error.empty())
        std::printf("cannot run: %s\n", error.c_str());
    return error.empty() ? 0 : 1;
}
