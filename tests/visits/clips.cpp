// SPDX-License-Identifier: LGPL-2.1-or-later
#include "visits/clips.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace ooto::visits
{

namespace
{

constexpr double kMostFramesPerSecond = 12.5;
constexpr double kMostS = 20;   // of each clip
constexpr int kLongestPx = 960; // larger frames are scaled down
constexpr double kThreshold = 0.75;
constexpr double kSamePerson = 0.3; // IoU from frame to frame
constexpr std::size_t kMissed = 3;  // frames in a row, after which it may be another person
constexpr double kLeastS = 1;
constexpr double kLeastFacePx = 20;
constexpr std::size_t kMostPeople = 4; // of one clip

const cv::Size kFramePx{640, 360};
const cv::Point2d kPlace{320, 150};    // of the face's centre
constexpr double kLeastHeightPx = 100; // three quarters of it wide, and plainly worth a photo
constexpr double kMostHeightPx = 140;

struct Clip {
    std::vector<cv::Mat> frames;
    std::vector<std::vector<core::Box>> faces; ///< of each frame
    double framesPerSecond = 0;
};

/** One face from frame to frame, without holes. */
struct Chain {
    std::size_t first = 0;
    std::vector<core::Box> boxes;
    std::size_t missed = 0;

    std::size_t end() const { return first + boxes.size(); }
};

core::Box between(const core::Box &a, const core::Box &b, double t)
{
    return {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y), a.width + t * (b.width - a.width),
            a.height + t * (b.height - a.height)};
}

Clip readClip(Pictures &pictures, vision::Detector &detector)
{
    Clip clip;
    cv::Mat frame;
    double timeS = 0;
    double nextS = 0;
    double lastS = 0;
    while (pictures.next(frame, timeS) && timeS < kMostS) {
        if (timeS < nextS)
            continue;
        nextS += 1 / kMostFramesPerSecond;
        lastS = timeS;
        cv::Mat kept = frame.clone();
        const double scale = double(kLongestPx) / std::max(frame.cols, frame.rows);
        if (scale < 1)
            cv::resize(frame, kept, {}, scale, scale, cv::INTER_AREA);
        clip.frames.push_back(kept);
        clip.faces.emplace_back();
        for (const vision::Detection &each :
             detector.detect({kept.data, kept.cols, kept.rows, kept.step}, kThreshold))
            clip.faces.back().push_back(each.box);
    }
    if (lastS > 0)
        clip.framesPerSecond = double(clip.frames.size() - 1) / lastS;
    return clip;
}

void prolong(Chain &chain, const core::Box &box)
{
    const core::Box last = chain.boxes.back();
    for (std::size_t i = 1; i <= chain.missed; ++i)
        chain.boxes.push_back(between(last, box, double(i) / double(chain.missed + 1)));
    chain.boxes.push_back(box);
    chain.missed = 0;
}

std::vector<Chain> chainsOf(const Clip &clip)
{
    std::vector<Chain> ended;
    std::vector<Chain> live;
    for (std::size_t i = 0; i < clip.faces.size(); ++i) {
        for (Chain &chain : live)
            ++chain.missed;
        std::vector<Chain> begun;
        for (const core::Box &box : clip.faces[i]) {
            const auto best =
                std::max_element(live.begin(), live.end(), [&](const Chain &a, const Chain &b) {
                    return core::iou(a.boxes.back(), box) < core::iou(b.boxes.back(), box);
                });
            if (best != live.end() && best->missed > 0 &&
                core::iou(best->boxes.back(), box) >= kSamePerson) {
                --best->missed;
                prolong(*best, box);
            } else {
                begun.push_back({i, {box}, 0});
            }
        }
        for (const Chain &chain : live) {
            if (chain.missed > kMissed)
                ended.push_back(chain);
        }
        std::erase_if(live, [](const Chain &chain) { return chain.missed > kMissed; });
        live.insert(live.end(), begun.begin(), begun.end());
    }
    ended.insert(ended.end(), live.begin(), live.end());
    return ended;
}

double meanHeight(const Chain &chain)
{
    double sum = 0;
    for (const core::Box &box : chain.boxes)
        sum += box.height;
    return sum / double(chain.boxes.size());
}

/** The longest, and those who are in view at the same time as all of these. */
std::vector<Chain> peopleOf(const Clip &clip)
{
    std::vector<Chain> chains = chainsOf(clip);
    std::erase_if(chains, [&](const Chain &chain) {
        return double(chain.boxes.size()) < kLeastS * clip.framesPerSecond ||
               meanHeight(chain) < kLeastFacePx;
    });
    std::stable_sort(chains.begin(), chains.end(), [](const Chain &a, const Chain &b) {
        return a.boxes.size() > b.boxes.size();
    });
    std::vector<Chain> people;
    for (const Chain &chain : chains) {
        const bool together = std::all_of(people.begin(), people.end(), [&](const Chain &other) {
            return chain.first < other.end() && other.first < chain.end();
        });
        if (together && people.size() < kMostPeople)
            people.push_back(chain);
    }
    return people;
}

/** So that nothing of the face is left, and the place around it goes on. */
void paintOver(cv::Mat &frame, const core::Box &face)
{
    const core::Box head = core::grown(face, 0.45);
    const cv::Rect place = cv::Rect(cv::Rect2d(head.x, head.y, head.width, head.height)) &
                           cv::Rect({0, 0}, frame.size());
    if (place.empty())
        return;
    // From the left edge's colours to the right one's, row by row.
    const cv::Mat left = frame.col(place.x).clone();
    const cv::Mat right = frame.col(place.br().x - 1).clone();
    for (int x = place.x; x < place.br().x; ++x) {
        const double t = double(x - place.x) / place.width;
        cv::Mat column;
        cv::addWeighted(left.rowRange(place.y, place.br().y), 1 - t,
                        right.rowRange(place.y, place.br().y), t, 0, column);
        column.copyTo(frame(cv::Rect(x, place.y, 1, place.height)));
    }
}

ClipPerson personOf(const Clip &clip, const Chain &chain, const std::string &name)
{
    ClipPerson person;
    person.name = name;
    person.boxes = chain.boxes;
    person.framesPerSecond = clip.framesPerSecond;
    for (std::size_t i = 0; i < chain.boxes.size(); ++i) {
        cv::Mat frame = clip.frames[chain.first + i].clone();
        for (const core::Box &other : clip.faces[chain.first + i]) {
            if (core::iou(other, chain.boxes[i]) < kSamePerson)
                paintOver(frame, other);
        }
        person.frames.push_back(frame);
    }
    return person;
}

/** To and fro, so that short clips are long enough and nothing jumps. */
std::size_t indexAt(const ClipPerson &person, double timeS)
{
    const auto count = static_cast<long>(person.frames.size());
    const long turn = std::max(1L, 2 * (count - 1));
    const long i = std::lround(timeS * person.framesPerSecond) % turn;
    return static_cast<std::size_t>(i < count ? i : turn - i);
}

/** From the clip's frame to the shown one. */
struct Placing {
    double scale = 1;
    cv::Point2d offset;

    Placing() = default;
    Placing(const core::Box &face, double heightPx)
        : scale(heightPx / face.height),
          offset(kPlace.x - scale * face.centre().x, kPlace.y - scale * face.centre().y)
    {
    }
    core::Box of(const core::Box &box) const
    {
        const core::Box scaled = core::scaled(box, scale, scale);
        return {scaled.x + offset.x, scaled.y + offset.y, scaled.width, scaled.height};
    }
    cv::Mat of(const cv::Mat &frame) const
    {
        const cv::Matx23d matrix(scale, 0, offset.x, 0, scale, offset.y);
        cv::Mat placed;
        cv::warpAffine(frame, placed, matrix, kFramePx, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
        return placed;
    }
};

class SplicePictures : public Pictures
{
public:
    SplicePictures(const ClipPerson &first, const ClipPerson &second, const Splice &splice)
        : first_(first), second_(second), splice_(splice)
    {
        const core::Box &last = first.boxes[indexAt(first, splice.shownS)];
        const core::Box &next = second.boxes.front();
        const double heightPx =
            std::clamp(std::min(last.height, next.height), kLeastHeightPx, kMostHeightPx);
        firstPlacing_ = Placing(last, heightPx);
        secondPlacing_ = Placing(next, heightPx);
    }

    bool next(cv::Mat &frame, double &timeS) override
    {
        timeS = double(index_++) / splice_.framesPerSecond;
        if (timeS >= 2 * splice_.shownS + splice_.gapS)
            return false;
        frame = frameAt(timeS);
        if (splice_.grey) {
            cv::Mat grey;
            cv::cvtColor(frame, grey, cv::COLOR_BGR2GRAY);
            cv::cvtColor(grey, frame, cv::COLOR_GRAY2BGR);
        }
        return true;
    }
    cv::Size sizePx() const override { return kFramePx; }
    double framesPerSecond() const override { return splice_.framesPerSecond; }
    TruthKeeper::Script script() const override
    {
        return [this](double timeS) { return truthAt(timeS); };
    }

private:
    double againS() const { return splice_.shownS + splice_.gapS; }

    cv::Mat frameAt(double timeS) const
    {
        if (timeS < splice_.shownS)
            return firstPlacing_.of(first_.frames[indexAt(first_, timeS)]);
        if (timeS >= againS())
            return secondPlacing_.of(second_.frames[indexAt(second_, timeS - againS())]);
        if (splice_.black)
            return cv::Mat(kFramePx, CV_8UC3, cv::Scalar::all(0));
        const std::size_t last = indexAt(first_, splice_.shownS);
        cv::Mat frame = firstPlacing_.of(first_.frames[last]);
        paintOver(frame, firstPlacing_.of(first_.boxes[last]));
        return frame;
    }

    std::vector<scene::FaceTruth> truthAt(double timeS) const
    {
        const auto face = [](const std::string &name, const core::Box &box) {
            return std::vector<scene::FaceTruth>{
                {name, cv::Rect2d(box.x, box.y, box.width, box.height), 1, 0, 0}};
        };
        if (timeS < splice_.shownS)
            return face(first_.name, firstPlacing_.of(first_.boxes[indexAt(first_, timeS)]));
        if (timeS < againS())
            return {};
        return face(second_.name,
                    secondPlacing_.of(second_.boxes[indexAt(second_, timeS - againS())]));
    }

    const ClipPerson &first_;
    const ClipPerson &second_;
    Splice splice_;
    Placing firstPlacing_;
    Placing secondPlacing_;
    int index_ = 0;
};

} // namespace

std::vector<ClipPerson> findPeople(const std::string &folder, vision::Detector &detector,
                                   std::string &error)
{
    std::vector<std::filesystem::path> files;
    std::error_code trouble;
    for (const auto &entry : std::filesystem::directory_iterator(folder, trouble)) {
        if (entry.is_regular_file())
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::vector<ClipPerson> people;
    for (const std::filesystem::path &file : files) {
        std::string unreadable;
        const auto pictures = openClip(file.string(), unreadable);
        if (!pictures)
            continue;
        const Clip clip = readClip(*pictures, detector);
        std::size_t number = 0;
        for (const Chain &chain : peopleOf(clip))
            people.push_back(personOf(
                clip, chain, file.stem().string().substr(0, 9) + "#" + std::to_string(++number)));
    }
    if (people.empty())
        error = "no clip in " + folder + " shows a face for a second";
    return people;
}

std::vector<Splice> splices()
{
    constexpr double kSlow = 0.5;
    constexpr double kSlowShownS = 8;
    return {
        {"cut", 0},
        {"gap 1 s", 1},
        {"gap 3 s", 3},
        {"black 3 s", 3, 12, 4, false, true},
        {"grey cut", 0, 12, 4, true},
        {"grey 3 s", 3, 12, 4, true},
        {"slow", 0, kSlow, kSlowShownS},
        {"slow gap", 4, kSlow, kSlowShownS},
    };
}

std::unique_ptr<Pictures> openSplice(const ClipPerson &first, const ClipPerson &second,
                                     const Splice &splice)
{
    return std::make_unique<SplicePictures>(first, second, splice);
}

} // namespace ooto::visits
