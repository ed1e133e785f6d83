// SPDX-License-Identifier: LGPL-2.1-or-later
// Chooses moments by what was reported, and puts their frames together.
#include "contact_sheet.h"

#include "frame_grabber.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace ooto::demo
{

namespace
{

constexpr double kAfterAnswerS = 0.4;    // then the name is in the picture for certain
constexpr double kApartS = 0.8;          // two pictures nearer than this show the same
constexpr double kEverybodyThereS = 1.5; // soon after the last one is named, all still stand apart
constexpr int kColumns = 3;
constexpr int kTileWidthPx = 530;
constexpr int kGapPx = 5;

bool isApart(const std::vector<double> &chosen, double momentS)
{
    return std::none_of(chosen.begin(), chosen.end(),
                        [momentS](double other) { return std::abs(other - momentS) < kApartS; });
}

double middleOfLongestGap(std::vector<double> chosen, double endS)
{
    chosen.push_back(0);
    chosen.push_back(endS);
    std::sort(chosen.begin(), chosen.end());
    double best = 0;
    double length = 0;
    for (std::size_t i = 1; i < chosen.size(); ++i) {
        if (chosen[i] - chosen[i - 1] > length) {
            length = chosen[i] - chosen[i - 1];
            best = chosen[i - 1] + length / 2;
        }
    }
    return best;
}

void stampTime(cv::Mat &tile, double timeS)
{
    const std::string text = cv::format("%.1f s", timeS);
    const cv::Point place(8, tile.rows - 10);
    for (const auto &[colour, thickness] :
         {std::pair(cv::Scalar(0, 0, 0), 4), std::pair(cv::Scalar(255, 255, 255), 1)}) {
        cv::putText(tile, text, place, cv::FONT_HERSHEY_SIMPLEX, 0.6, colour, thickness,
                    cv::LINE_AA);
    }
}

cv::Mat tileOf(const cv::Mat &frame, double timeS)
{
    cv::Mat tile;
    const int height = std::max(1, frame.rows * kTileWidthPx / frame.cols);
    cv::resize(frame, tile, {kTileWidthPx, height}, 0, 0, cv::INTER_AREA);
    stampTime(tile, timeS);
    return tile;
}

cv::Mat sheetOf(const std::vector<cv::Mat> &tiles)
{
    const cv::Size tile = tiles.front().size();
    const int rows = (static_cast<int>(tiles.size()) + kColumns - 1) / kColumns;
    cv::Mat sheet(rows * (tile.height + kGapPx) - kGapPx, kColumns * (tile.width + kGapPx) - kGapPx,
                  CV_8UC3, cv::Scalar::all(255));
    for (int i = 0; i < static_cast<int>(tiles.size()); ++i) {
        const cv::Point corner(i % kColumns * (tile.width + kGapPx),
                               i / kColumns * (tile.height + kGapPx));
        cv::resize(tiles[i], sheet(cv::Rect(corner, tile)), tile);
    }
    return sheet;
}

bool isNamedAt(const TrackRecord &track, double runningTimeS)
{
    return track.status == "identified" && track.answeredS &&
           runningTimeS > *track.answeredS + kAfterAnswerS && runningTimeS < track.lastSeenS - 1;
}

} // namespace

std::vector<double> chooseMoments(const std::vector<TrackRecord> &tracks, const FrameCounts &counts,
                                  int number)
{
    std::vector<double> chosen;
    for (const TrackRecord &track : tracks) {
        if (!track.answeredS || static_cast<int>(chosen.size()) == number)
            continue;
        const double moment = *track.answeredS + kAfterAnswerS - counts.firstFrameS;
        if (moment >= 0 && moment < counts.durationS && isApart(chosen, moment))
            chosen.push_back(moment);
    }
    while (static_cast<int>(chosen.size()) < number)
        chosen.push_back(middleOfLongestGap(chosen, counts.durationS));
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

double chooseBestMoment(const std::vector<TrackRecord> &tracks, const FrameCounts &counts)
{
    constexpr double kStepS = 0.1;
    double best = counts.durationS / 2;
    std::ptrdiff_t mostNamed = 0;
    double longestS = 0;
    for (double start = 0; start < counts.durationS;) {
        const auto namedAt = [&](double timeS) {
            return std::count_if(tracks.begin(), tracks.end(), [&](const TrackRecord &track) {
                return isNamedAt(track, timeS + counts.firstFrameS);
            });
        };
        const std::ptrdiff_t named = namedAt(start);
        double end = start;
        do
            end += kStepS;
        while (end < counts.durationS && namedAt(end) == named);
        if (named > mostNamed || (named == mostNamed && named > 0 && end - start > longestS)) {
            mostNamed = named;
            longestS = end - start;
            best = std::min((start + end) / 2, start + kEverybodyThereS);
        }
        start = end;
    }
    return best;
}

std::string writePictures(const std::string &video, const std::vector<double> &momentsS,
                          const std::string &sheetFile, double bestMomentS,
                          const std::string &pictureFile)
{
    std::string error;
    FrameGrabber grabber(video, error);
    if (!error.empty())
        return error;
    try {
        std::vector<cv::Mat> tiles;
        for (const double moment : momentsS) {
            if (const auto frame = grabber.at(moment))
                tiles.push_back(tileOf(*frame, moment));
        }
        const auto best = grabber.at(bestMomentS);
        if (tiles.empty() || !best)
            return "there are no pictures in " + video;
        if (!cv::imwrite(sheetFile, sheetOf(tiles)) || !cv::imwrite(pictureFile, *best))
            return "cannot write " + sheetFile + " and " + pictureFile;
    } catch (const cv::Exception &problem) {
        return problem.what();
    }
    return {};
}

} // namespace ooto::demo
