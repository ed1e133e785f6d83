// SPDX-License-Identifier: LGPL-2.1-or-later
// How many calls a visit costs, who is named wrongly, and how well the boxes lie on the faces: for
// ootoidentify, and beside it for a plain sampler that posts every detection once a second.
#include "support/elements.h"
#include "visits/clips.h"
#include "visits/run.h"

#include <algorithm>
#include <cstdio>
#include <optional>

using namespace ooto;
using namespace ooto::visits;

namespace
{

struct Options {
    std::vector<std::string> scenes;
    std::string clip;
    std::string clips;
    std::size_t mostPairs = 20;
    std::string detector = "auto";
    std::string sheets;
    TruthBoxes boxes = TruthBoxes::Detector;
    std::optional<Pace> pace;
    double delayS = 0.3;
    int minFacePx = 48;
    bool list = false;
    bool details = false;
    bool besideWhole = false;
};

constexpr const char *kUsage =
    "visits_benchmark [--list] [--scene NAME]... [--clip FILE] [--detector auto|yunet|cascade]\n"
    "  [--clips FOLDER]  people of these clips one after the other, [--pairs N] of them (20)\n"
    "  [--truth detector|script]  whose boxes count as true (default: the detector's)\n"
    "  [--stepped | --backpressure | --realtime]  default: backpressure where the element has it\n"
    "  [--delay MS]  of the service (300)   [--min-face-size PX]  (48)   [--details]\n"
    "   [--sheets FOLDER]  pictures to look at\n"
    "   [--whole]  each scene once more, with all of each sample searched for faces\n";

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
        else if (name == "--whole")
            options.besideWhole = true;
        else if (name == "--scene")
            options.scenes.push_back(value());
        else if (name == "--clips")
            options.clips = value();
        else if (name == "--pairs")
            options.mostPairs = static_cast<std::size_t>(std::max(1, std::atoi(value().c_str())));
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
        else if (name == "--min-face-size")
            options.minFacePx = std::max(1, std::atoi(value().c_str()));
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

/** One scene, or the clip; nothing when it cannot run. @param whole each sample is searched whole
 */
std::optional<Rows> playScene(const Options &options, Pace pace, const BenchScene *bench,
                              bool whole, std::string &error)
{
    const bool yunet =
        options.detector == "yunet" || (options.detector == "auto" && vision::findYunetModel(""));
    const auto oracle = Oracle::open(
        yunet ? server::DetectorChoice::Yunet : server::DetectorChoice::Cascade, error);
    vision::LoadedDetector loaded = loadDetector(options.detector);
    if (!loaded.detector)
        error = loaded.error;
    const std::optional<Task> task = openTask(options.clip, bench, error);
    if (!oracle || !loaded.detector || !task)
        return std::nullopt;
    RunSettings settings{options.detector, pace,          options.delayS,   options.boxes,
                         options.sheets,   task->lengthS, options.minFacePx};
    if (bench) {
        oracle->setStrangers(bench->strangers);
        settings.outages = bench->outages;
        if (bench->live)
            settings.pace = Pace::RealTime;
    }
    settings.quiet = whole;
    if (whole)
        g_setenv("OOTO_SEARCH_WHOLE", "1", TRUE);
    Rows rows = Run(settings, *task->pictures, std::move(loaded.detector), *oracle)
                    .play(task->name, options.details && !whole);
    g_unsetenv("OOTO_SEARCH_WHOLE");
    if (whole) {
        rows.ours.method = "whole";
        printRow(rows.ours);
    }
    return rows;
}

/** A text for people when it could not run. */
std::string playAll(const Options &options, Pace pace,
                    const std::vector<const BenchScene *> &scenes)
{
    std::vector<Row> ours;
    std::vector<Row> plain;
    std::vector<Row> whole;
    std::string error;
    for (const BenchScene *bench : scenes) {
        const auto rows = playScene(options, pace, bench, false, error);
        if (!rows)
            return error;
        ours.push_back(rows->ours);
        plain.push_back(rows->plain);
        if (!options.besideWhole)
            continue;
        const auto beside = playScene(options, pace, bench, true, error);
        if (!beside)
            return error;
        whole.push_back(beside->ours);
    }
    printTotals(ours, plain, whole);
    const bool anyWrong = std::any_of(ours.begin(), ours.end(),
                                      [](const Row &row) { return row.score.wrongFrames > 0; });
    return anyWrong ? "a face carried another person's name" : "";
}

/** Two of the people, one after the other; nothing when it cannot run. */
std::optional<Row> playPair(const Options &options, Pace pace, const ClipPerson &first,
                            const ClipPerson &second, const Splice &splice, std::string &error)
{
    const bool yunet =
        options.detector == "yunet" || (options.detector == "auto" && vision::findYunetModel(""));
    const auto oracle = Oracle::open(
        yunet ? server::DetectorChoice::Yunet : server::DetectorChoice::Cascade, error);
    vision::LoadedDetector loaded = loadDetector(options.detector);
    if (!oracle || !loaded.detector)
        return std::nullopt;
    oracle->takePoorPhotos();
    const auto pictures = openSplice(first, second, splice);
    RunSettings settings{options.detector, pace,           options.delayS,
                         options.boxes,    options.sheets, 2 * splice.shownS + splice.gapS,
                         options.minFacePx};
    settings.quiet = true;
    const std::string name = splice.name + " " + first.name + " " + second.name;
    Run run(settings, *pictures, std::move(loaded.detector), *oracle);
    const Row row = run.play(name, false).ours;
    if (row.score.wrongFrames > 0 || options.details)
        std::printf("    %-32s wrong %3zu, right %3zu, calls %zu\n", name.c_str(),
                    row.score.wrongFrames, row.score.rightFrames, row.calls);
    if (options.details) {
        for (const std::string &each : run.wrongCases())
            std::printf("        %s\n", each.c_str());
    }
    return row;
}

/** Every ordered pair of people; of too many, an even choice. A text for people when it could not
 * run. */
std::string playClips(const Options &options, Pace pace)
{
    std::string error;
    vision::LoadedDetector finder = loadDetector("auto");
    if (!finder.detector)
        return finder.error;
    const std::vector<ClipPerson> people = findPeople(options.clips, *finder.detector, error);
    std::vector<std::pair<const ClipPerson *, const ClipPerson *>> all;
    for (const ClipPerson &first : people) {
        std::printf("%s: %zu frames, the face is %.0f px high\n", first.name.c_str(),
                    first.frames.size(), first.boxes[first.boxes.size() / 2].height);
        for (const ClipPerson &second : people) {
            if (&first != &second)
                all.emplace_back(&first, &second);
        }
    }
    const std::size_t pairs = std::min(all.size(), options.mostPairs);
    std::map<std::string, std::vector<Row>> kinds;
    for (const Splice &splice : splices()) {
        for (std::size_t i = 0; i < pairs; ++i) {
            const auto &[first, second] = all[i * all.size() / pairs];
            const auto row = playPair(options, pace, *first, *second, splice, error);
            if (!row)
                return error;
            kinds[splice.name].push_back(*row);
        }
    }
    std::printf("\n");
    printKindHead();
    for (const Splice &splice : splices())
        printKind(splice.name, kinds[splice.name]);
    return people.empty() ? error : "";
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
            std::printf("%-15s %4.0f s  %dx%d at %g/s  %s\n", scene.name.c_str(),
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
    if (!options.clips.empty()) {
        const std::string error = playClips(options, pace);
        if (!error.empty())
            std::printf("failed: %s\n", error.c_str());
        return error.empty() ? 0 : 1;
    }
    printLegend();
    printHead();
    const std::string error = playAll(options, pace, chosen);
    if (!error.empty())
        std::printf("failed: %s\n", error.c_str());
    return error.empty() ? 0 : 1;
}
