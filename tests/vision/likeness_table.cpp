// SPDX-License-Identifier: LGPL-2.1-or-later
// How alike real faces are, one person's and different people's, as a table for whoever chooses a
// limit: likeness_table CLIP..., or OOTO_LIKENESS_CLIPS with colons between.
//
// Faces are found by YuNet at 5 samples a second. Tracks go by the overlap of their boxes, so that
// nothing that is measured takes part. Two tracks in view at once are different people, and so are
// those of two clips; others of one clip may be one person and are compared with nobody.
#include "core/tracking/appearance.h"
#include "support/photos.h"
#include "vision/appearance.h"
#include "vision/detector.h"
#include "vision/face_texture.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace ooto;
using namespace ooto::vision;

namespace
{

constexpr double samplesPerSecond = 5;
constexpr std::size_t mostKnown = 8;  ///< looks that a track is known by
constexpr std::size_t mostNew = 5;    ///< samples that have to prove it
constexpr std::size_t leastLooks = 3; ///< of a track in a clip
constexpr double enlarged = 2;        ///< a frame for the detector
constexpr int skipped = 77;           ///< as meson takes it

/** One face of one sample, cut out of its frame, with the clothes below. */
struct Look {
    cv::Mat picture;
    core::Box box; ///< px of the picture, as the landmarks
    core::Landmarks landmarks;
    double seconds = 0;
    double facePx = 0;    ///< longer side in the clip
    core::Box cascadeBox; ///< empty where the cascade did not find it
    core::FaceTexturePtr aligned;
    core::FaceTexturePtr unaligned; ///< by YuNet's box, as upstream's would be
    core::FaceTexturePtr byCascade;
    std::optional<core::Appearance> colours;
};

struct Person {
    std::string clip;
    std::vector<Look> looks;
    core::Box last; ///< px of the frame

    double from() const { return looks.front().seconds; }
    double until() const { return looks.back().seconds; }
};

double cpuUs()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double cpuPerCall(int calls, const std::function<void()> &call)
{
    const double begin = cpuUs();
    for (int i = 0; i < calls; ++i)
        call();
    return (cpuUs() - begin) / calls;
}

void measure(Look &look)
{
    const core::ImageView image = photos::view(look.picture);
    look.aligned = faceTextureOf(image, look.box, look.landmarks);
    look.unaligned = faceTextureOf(image, look.box, std::nullopt);
    look.byCascade = faceTextureOf(image, look.cascadeBox, std::nullopt);
    look.colours = appearanceOf(image, look.box);
}

/** Around the face as much as textures and colours need, the face 160 px long at most. */
Look cut(const cv::Mat &frame, const Detection &face, const core::Box &cascadeBox, double seconds)
{
    const core::Box around = core::intersection(
        {face.box.x - face.box.width, face.box.y - face.box.height, 3 * face.box.width,
         4.5 * face.box.height},
        {0, 0, static_cast<double>(frame.cols), static_cast<double>(frame.rows)});
    const cv::Rect pixels(static_cast<int>(around.x), static_cast<int>(around.y),
                          static_cast<int>(around.width), static_cast<int>(around.height));
    Look look;
    look.seconds = seconds;
    look.facePx = std::max(face.box.width, face.box.height);
    const double factor = std::min(1.0, textureFacePx / look.facePx);
    cv::resize(frame(pixels), look.picture, {}, factor, factor, cv::INTER_AREA);
    const auto there = [&](const core::Point &point) {
        return core::Point{(point.x - pixels.x) * factor, (point.y - pixels.y) * factor};
    };
    const auto boxThere = [&](const core::Box &box) {
        const core::Point corner = there({box.x, box.y});
        return core::Box{corner.x, corner.y, box.width * factor, box.height * factor};
    };
    look.box = boxThere(face.box);
    look.cascadeBox = boxThere(cascadeBox);
    for (std::size_t i = 0; i < look.landmarks.size(); ++i)
        look.landmarks[i] = there((*face.landmarks)[i]);
    measure(look);
    return look;
}

void follow(std::vector<Person> &people, const std::string &clip, const cv::Mat &frame,
            const Detection &face, const core::Box &cascadeBox, double seconds)
{
    const Look look = cut(frame, face, cascadeBox, seconds);
    if (!look.aligned)
        return;
    Person *best = nullptr;
    double bestIou = 0.2;
    for (Person &person : people) {
        const double overlap = core::iou(person.last, face.box);
        if (person.clip == clip && person.until() < seconds && seconds - person.until() < 0.7 &&
            overlap > bestIou) {
            best = &person;
            bestIou = overlap;
        }
    }
    if (!best)
        best = &people.emplace_back(Person{.clip = clip, .looks = {}, .last = {}});
    best->last = face.box;
    best->looks.push_back(look);
}

/** Calls `sample` with BGR frames. @return the file could be played */
bool play(const std::string &file, const std::function<void(const cv::Mat &, double)> &sample)
{
    GstElement *pipeline =
        gst_parse_launch("filesrc name=file ! decodebin ! videoconvert ! video/x-raw,format=BGR ! "
                         "appsink name=sink sync=false max-buffers=4",
                         nullptr);
    if (!pipeline)
        return false;
    GstElement *source = gst_bin_get_by_name(GST_BIN(pipeline), "file");
    GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    g_object_set(source, "location", file.c_str(), nullptr);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    double next = 0;
    int frames = 0;
    while (GstSample *pulled = gst_app_sink_try_pull_sample(GST_APP_SINK(sink), 20 * GST_SECOND)) {
        GstBuffer *buffer = gst_sample_get_buffer(pulled);
        GstVideoInfo info;
        GstVideoFrame mapped;
        const double seconds = static_cast<double>(GST_BUFFER_PTS(buffer)) / GST_SECOND;
        ++frames;
        if (seconds >= next && gst_video_info_from_caps(&info, gst_sample_get_caps(pulled)) &&
            gst_video_frame_map(&mapped, &info, buffer, GST_MAP_READ)) {
            next = seconds + 1 / samplesPerSecond - 0.01;
            sample(cv::Mat(GST_VIDEO_FRAME_HEIGHT(&mapped), GST_VIDEO_FRAME_WIDTH(&mapped), CV_8UC3,
                           GST_VIDEO_FRAME_PLANE_DATA(&mapped, 0),
                           static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&mapped, 0))),
                   seconds);
            gst_video_frame_unmap(&mapped);
        }
        gst_sample_unref(pulled);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(source);
    gst_object_unref(sink);
    gst_object_unref(pipeline);
    return frames > 0;
}

bool areDifferent(const Person &a, const Person &b)
{
    return a.clip != b.clip || (a.from() <= b.until() && b.from() <= a.until());
}

/** What is left of a look in a bad picture; measured anew. */
using Edit = std::function<void(Look &)>;

std::vector<Look> edited(std::vector<Look> looks, const Edit &edit)
{
    for (Look &look : looks) {
        look.picture = look.picture.clone();
        edit(look);
        measure(look);
    }
    return looks;
}

void shrink(Look &look, double facePx)
{
    const double factor = std::min(1.0, facePx / look.box.width);
    cv::resize(look.picture, look.picture, {}, factor, factor, cv::INTER_AREA);
    look.box = core::scaled(look.box, factor, factor);
    look.cascadeBox = core::scaled(look.cascadeBox, factor, factor);
    for (core::Point &point : look.landmarks)
        point = {point.x * factor, point.y * factor};
}

void addNoise(Look &look, double sigma)
{
    static cv::RNG random(5);
    cv::Mat noise(look.picture.size(), CV_16SC3);
    random.fill(noise, cv::RNG::NORMAL, 0, sigma);
    cv::add(look.picture, noise, look.picture, cv::noArray(), CV_8U);
}

void compress(Look &look)
{
    std::vector<std::uint8_t> bytes;
    cv::imencode(".jpg", look.picture, bytes, {cv::IMWRITE_JPEG_QUALITY, 10});
    look.picture = cv::imdecode(bytes, cv::IMREAD_COLOR);
}

/** Half as bright on one side of the face as on the other. */
void lightFromTheSide(Look &look)
{
    for (int x = 0; x < look.picture.cols; ++x) {
        const double place = std::clamp((x - look.box.x) / look.box.width, 0.0, 1.0);
        look.picture.col(x) *= 0.4 + 0.8 * place;
    }
}

enum class Measure { Aligned, Boxes, Cascade, Colours };

const core::FaceTexturePtr &textureOf(const Look &look, Measure measure)
{
    return measure == Measure::Aligned ? look.aligned
           : measure == Measure::Boxes ? look.unaligned
                                       : look.byCascade;
}

bool tells(const Look &look, Measure measure)
{
    return measure == Measure::Colours ? look.colours.has_value()
                                       : textureOf(look, measure) != nullptr;
}

/** Both tell. */
double alike(const Look &known, const Look &seen, Measure measure)
{
    return measure == Measure::Colours
               ? core::likeness(*known.colours, *seen.colours)
               : core::textureSimilarity(*textureOf(known, measure), *textureOf(seen, measure));
}

/** Up to `most` of a person's looks, spread in time. */
std::vector<const Look *> spread(const std::vector<Look> &looks, std::size_t from,
                                 std::size_t until, std::size_t most)
{
    std::vector<const Look *> picked;
    const std::size_t all = until - from;
    for (std::size_t i = 0; i < std::min(all, most); ++i)
        picked.push_back(&looks[from + i * all / std::min(all, most)]);
    return picked;
}

double best(const std::vector<const Look *> &known, const std::vector<const Look *> &seen,
            Measure measure)
{
    double most = 0;
    for (const Look *a : known)
        for (const Look *b : seen)
            if (tells(*a, measure) && tells(*b, measure))
                most = std::max(most, alike(*a, *b, measure));
    return most;
}

double at(std::vector<double> &values, double share)
{
    std::sort(values.begin(), values.end());
    return values.empty()
               ? 0
               : values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

double shareFrom(const std::vector<double> &values, double limit)
{
    return values.empty()
               ? 0
               : static_cast<double>(std::count_if(values.begin(), values.end(),
                                                   [&](double value) { return value >= limit; })) /
                     static_cast<double>(values.size());
}

using People = std::vector<std::pair<Person, std::vector<Look>>>; ///< and the same looks, edited

/** Without the samples that the measure says nothing about, before or after they were edited. */
People telling(const People &people, Measure measure)
{
    People left;
    for (const auto &[person, looks] : people) {
        Person kept{.clip = person.clip, .looks = {}, .last = {}};
        std::vector<Look> keptLooks;
        for (std::size_t i = 0; i < looks.size(); ++i) {
            if (!tells(person.looks[i], measure) || !tells(looks[i], measure))
                continue;
            kept.looks.push_back(person.looks[i]);
            keptLooks.push_back(looks[i]);
        }
        if (!kept.looks.empty())
            left.emplace_back(kept, keptLooks);
    }
    return left;
}

std::vector<double> differentPeople(const People &people, Measure measure)
{
    std::vector<double> values;
    for (const auto &[a, as] : people) {
        for (const auto &[b, bs] : people) {
            if (&a == &b || !areDifferent(a, b))
                continue;
            const auto known = spread(a.looks, 0, a.looks.size(), mostKnown);
            for (std::size_t i = 0; i < bs.size(); i += mostNew)
                values.push_back(
                    best(known, spread(bs, i, std::min(bs.size(), i + mostNew), mostNew), measure));
        }
    }
    return values;
}

/** From a second after the looks that it is known by. */
std::vector<double> samePerson(const People &people, Measure measure, std::size_t samples)
{
    std::vector<double> values;
    for (const auto &[person, looks] : people)
        for (std::size_t known = mostKnown; known + 5 + samples <= looks.size(); known += 3)
            for (std::size_t i = known + 5; i + samples <= looks.size(); i += samples)
                values.push_back(best(spread(person.looks, 0, known, mostKnown),
                                      spread(looks, i, i + samples, samples), measure));
    return values;
}

/** Rule 2 of doubt: the best against the last 8, beside the median of the last 20 of such values.
 */
struct Doubts {
    int falseOnes = 0;
    int samples = 0;
    int missed = 0;
    int swaps = 0;
    std::vector<double> drops;     ///< of one person, from the median
    std::vector<double> swapDrops; ///< where another stands there next
};

Doubts doubts(const People &people, Measure measure, double limit)
{
    Doubts result;
    for (const auto &[a, as] : people) {
        std::vector<double> values;
        std::vector<double> colours;
        for (std::size_t i = 1; i < as.size(); ++i) {
            const auto known = spread(as, i > mostKnown ? i - mostKnown : 0, i, mostKnown);
            const auto median = [](const std::vector<double> &all) {
                std::vector<double> last(all.end() - std::min<std::ptrdiff_t>(20, std::ssize(all)),
                                         all.end());
                return at(last, 0.5);
            };
            const auto isDoubt = [&](const Look &look) {
                const std::vector<const Look *> seen{&look};
                const double now = best(known, seen, measure);
                const double drop = median(values) - now;
                const double faded = median(colours) - best(known, seen, Measure::Colours);
                return now < limit && (drop >= 0.15 || drop + faded >= 0.2);
            };
            const double now = best(known, {&as[i]}, measure);
            if (values.size() >= 3) {
                ++result.samples;
                result.falseOnes += isDoubt(as[i]);
                result.drops.push_back(median(values) - now);
                for (const auto &[b, bs] : people) {
                    if (&a == &b || !areDifferent(a, b))
                        continue;
                    ++result.swaps;
                    result.swapDrops.push_back(median(values) -
                                               best(known, {&bs[i % bs.size()]}, measure));
                    result.missed += !isDoubt(bs[i % bs.size()]);
                }
            }
            values.push_back(now);
            colours.push_back(best(known, {&as[i]}, Measure::Colours));
        }
    }
    return result;
}

void printRow(const char *what, const People &people, Measure measure, double limit)
{
    std::vector<double> different = differentPeople(people, measure);
    std::printf("%-26s %5zu  %.2f  %.2f  %.2f %5.1f %% |", what, different.size(),
                at(different, 0.5), at(different, 0.99), at(different, 1),
                100 * shareFrom(different, limit));
    for (const std::size_t samples : {1u, 3u, 5u}) {
        std::vector<double> same = samePerson(people, measure, samples);
        if (same.empty()) {
            std::printf("   none");
            continue;
        }
        std::printf(" %3.0f", 100 * shareFrom(same, limit));
        if (samples == 1)
            std::printf(" (p5 %.2f)", at(same, 0.05));
    }
    std::printf(" %%\n");
}

void printTable(const std::vector<Person> &people)
{
    const std::vector<std::pair<const char *, Edit>> edits = {
        {"as they are", [](Look &) {}},
        {"48 px wide", [](Look &look) { shrink(look, 48); }},
        {"32 px wide", [](Look &look) { shrink(look, 32); }},
        {"24 px wide", [](Look &look) { shrink(look, 24); }},
        {"18 px wide", [](Look &look) { shrink(look, 18); }},
        {"JPEG of quality 10", compress},
        {"noise of sigma 10", [](Look &look) { addNoise(look, 10); }},
        {"night",
         [](Look &look) {
             look.picture *= 0.15;
             addNoise(look, 2);
         }},
        {"light from the side", lightFromTheSide},
    };
    std::printf("different people: pairs, median, p99, most, share from the limit on | same person "
                "from the limit on after 1, 3, 5 samples\n");
    for (const auto &[what, edit] : edits) {
        People both;
        for (const Person &person : people)
            both.emplace_back(person, edited(person.looks, edit));
        std::printf("-- %s\n", what);
        for (const auto &[name, measure, limit] :
             {std::tuple{"  aligned, 0.76", Measure::Aligned, 0.76},
              {"  YuNet's boxes, 0.80", Measure::Boxes, 0.80},
              {"  cascade's boxes, 0.80", Measure::Cascade, 0.80},
              {"  cascade's boxes, 0.76", Measure::Cascade, 0.76},
              {"  colours, 0.75", Measure::Colours, 0.75}})
            printRow(name, telling(both, measure), measure, limit);
        for (const auto &[name, measure, limit] : {std::tuple{"aligned", Measure::Aligned, 0.76},
                                                   {"boxes", Measure::Boxes, 0.80},
                                                   {"cascade", Measure::Cascade, 0.80}}) {
            Doubts all = doubts(telling(both, measure), measure, limit);
            std::printf("  doubts, %-8s missed %d of %d swaps, false %d of %d; drops p50 %.3f "
                        "p95 %.3f p99 %.3f, of a swap least %.3f p50 %.3f\n",
                        name, all.missed, all.swaps, all.falseOnes, all.samples, at(all.drops, 0.5),
                        at(all.drops, 0.95), at(all.drops, 0.99), at(all.swapDrops, 0),
                        at(all.swapDrops, 0.5));
        }
    }
}

void printTimes(const Look &look)
{
    const core::ImageView image = photos::view(look.picture);
    std::printf("thread CPU us per call: aligned %.0f, boxes only %.0f, colours %.0f, similarity "
                "%.1f, of boxes %.1f\n",
                cpuPerCall(50, [&] { faceTextureOf(image, look.box, look.landmarks); }),
                cpuPerCall(20, [&] { faceTextureOf(image, look.box, std::nullopt); }),
                cpuPerCall(50, [&] { appearanceOf(image, look.box); }),
                cpuPerCall(200, [&] { textureSimilarity(*look.aligned, *look.aligned); }),
                cpuPerCall(50, [&] { textureSimilarity(*look.unaligned, *look.unaligned); }));
}

std::vector<std::string> clipsOf(int argc, char **argv)
{
    std::vector<std::string> clips(argv + 1, argv + argc);
    const char *named = std::getenv("OOTO_LIKENESS_CLIPS");
    std::istringstream list(named ? named : "");
    for (std::string clip; std::getline(list, clip, ':');)
        clips.push_back(clip);
    return clips;
}

} // namespace

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    const std::vector<std::string> clips = clipsOf(argc, argv);
    const auto model = findYunetModel({});
    if (clips.empty() || !model) {
        std::printf("skipped: it takes clips (arguments or OOTO_LIKENESS_CLIPS) and YuNet's model "
                    "(OOTO_FACE_MODEL)\n");
        return skipped;
    }
    LoadedDetector yunet = loadYunet(*model);
    if (!yunet.detector) {
        std::fprintf(stderr, "%s\n", yunet.error.c_str());
        return 1;
    }
    std::vector<Person> people;
    const auto cascadeFile = findCascade();
    const LoadedDetector cascade = cascadeFile ? loadCascade(*cascadeFile) : LoadedDetector{};
    const auto look = [&](const std::string &clip, const cv::Mat &frame, double seconds) {
        // Enlarged, so that the small are found, too.
        cv::Mat large;
        cv::resize(frame, large, {}, enlarged, enlarged, cv::INTER_LINEAR);
        const core::ImageView image = photos::view(large);
        const std::vector<Detection> frontal =
            cascade.detector ? cascade.detector->detect(image, 0) : std::vector<Detection>{};
        for (Detection face : yunet.detector->detect(image, 0.75)) {
            const auto same =
                std::find_if(frontal.begin(), frontal.end(), [&](const Detection &other) {
                    return core::iou(other.box, face.box) >= 0.4;
                });
            const core::Box cascadeBox = same == frontal.end() ? core::Box{} : same->box;
            face.box = core::scaled(face.box, 1 / enlarged, 1 / enlarged);
            for (core::Point &point : *face.landmarks)
                point = {point.x / enlarged, point.y / enlarged};
            follow(people, clip, frame, face, core::scaled(cascadeBox, 1 / enlarged, 1 / enlarged),
                   seconds);
        }
    };
    for (const std::string &clip : clips) {
        if (!play(clip,
                  [&](const cv::Mat &frame, double seconds) { look(clip, frame, seconds); })) {
            std::fprintf(stderr, "%s cannot be played\n", clip.c_str());
            return 1;
        }
    }
    for (const std::string &portrait : {photos::hopperFile, photos::collinsFile})
        if (const cv::Mat picture = cv::imread(portrait); !picture.empty())
            look(portrait, picture, 0);
    std::erase_if(people, [](const Person &person) {
        return person.looks.size() < leastLooks && person.until() > 0; // a portrait has one look
    });
    for (const Person &person : people)
        std::printf("%s: %.1f to %.1f s, %zu looks, %.0f px\n",
                    person.clip.substr(person.clip.rfind('/') + 1).c_str(), person.from(),
                    person.until(), person.looks.size(), person.looks.front().facePx);
    if (people.empty())
        return 1;
    printTimes(people.front().looks.front());
    printTable(people);
    return 0;
}
