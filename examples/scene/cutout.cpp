// SPDX-License-Identifier: LGPL-2.1-or-later
// Cuts a person out: a rough outline, GrabCut in a band along it, a feathered edge.
#include "cutout.h"

#include "photograph.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace ooto::scene
{

namespace
{

constexpr int kBandPx = 7; // half the width of the band in which GrabCut may move the edge
constexpr double kFeatherPx = 1.6;
constexpr int kLevels = 3;

cv::Mat disc(int radiusPx)
{
    return cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * radiusPx + 1, 2 * radiusPx + 1});
}

/** 0..255, CV_8UC1. */
cv::Mat matteOf(const cv::Mat &photo, const std::vector<cv::Point> &outlinePx)
{
    cv::Mat inside(photo.size(), CV_8UC1, cv::Scalar(0));
    cv::fillPoly(inside, std::vector{outlinePx}, cv::Scalar(255));
    // Whatever lies beyond the photo counts as inside, or the cut edge would get a seam.
    const cv::Scalar beyond(255);
    cv::Mat surelyInside;
    cv::Mat maybeInside;
    cv::erode(inside, surelyInside, disc(kBandPx), {-1, -1}, 1, cv::BORDER_CONSTANT, beyond);
    cv::dilate(inside, maybeInside, disc(kBandPx));

    cv::Mat labels(photo.size(), CV_8UC1, cv::Scalar(cv::GC_BGD));
    labels.setTo(cv::GC_PR_BGD, maybeInside);
    labels.setTo(cv::GC_PR_FGD, inside);
    labels.setTo(cv::GC_FGD, surelyInside);
    cv::theRNG().state = 1; // GrabCut's k-means starts at random: the same clip on every machine
    cv::Mat background;
    cv::Mat foreground;
    cv::grabCut(photo, labels, {}, background, foreground, 3, cv::GC_INIT_WITH_MASK);

    cv::Mat matte = (labels == cv::GC_FGD) | (labels == cv::GC_PR_FGD);
    cv::morphologyEx(matte, matte, cv::MORPH_OPEN, disc(2), {-1, -1}, 1, cv::BORDER_REPLICATE);
    cv::morphologyEx(matte, matte, cv::MORPH_CLOSE, disc(3), {-1, -1}, 1, cv::BORDER_REPLICATE);
    // The feather lies inside the edge, where no colour of the old background is left.
    cv::erode(matte, matte, disc(1), {-1, -1}, 1, cv::BORDER_CONSTANT, beyond);
    cv::GaussianBlur(matte, matte, {}, kFeatherPx, kFeatherPx, cv::BORDER_REPLICATE);
    return matte;
}

/** The colour that most of a garment has: the median of each channel where the matte is whole. */
cv::Vec3d garmentColour(const cv::Mat &photo, const cv::Mat &matte)
{
    std::array<std::vector<std::uint8_t>, 3> values;
    for (int y = 0; y < photo.rows; ++y) {
        for (int x = 0; x < photo.cols; ++x) {
            if (matte.at<std::uint8_t>(y, x) < 255)
                continue;
            for (int c = 0; c < 3; ++c)
                values[c].push_back(photo.at<cv::Vec3b>(y, x)[c]);
        }
    }
    cv::Vec3d median(0, 0, 0);
    for (int c = 0; c < 3; ++c) {
        if (values[c].empty())
            continue;
        const auto middle = values[c].begin() + static_cast<std::ptrdiff_t>(values[c].size() / 2);
        std::nth_element(values[c].begin(), middle, values[c].end());
        median[c] = *middle;
    }
    return median;
}

/** The row without its holes: whole from the first to the last column that is mostly covered. */
void closeHoles(cv::Mat row)
{
    std::uint8_t *covers = row.ptr();
    const auto isCovered = [](std::uint8_t cover) { return cover >= 128; };
    std::uint8_t *first = std::find_if(covers, covers + row.cols, isCovered);
    std::uint8_t *last = covers + row.cols;
    while (last != first && !isCovered(*(last - 1)))
        --last;
    std::fill(covers, first, 0);
    std::fill(first, last, 255);
    std::fill(last, covers + row.cols, 0);
    cv::GaussianBlur(row, row, {}, kFeatherPx, 0.1, cv::BORDER_REPLICATE);
}

/** Prolongs the garment downwards, getting darker, so that nobody ends in mid-air. */
void prolong(cv::Mat &photo, cv::Mat &matte)
{
    constexpr int kGarmentRows = 60;  // at the photo's lower edge
    constexpr double kBlendRows = 36; // over which the photo's last row fades into plain cloth
    const int height = photo.rows;
    const cv::Range garment(std::max(0, height - kGarmentRows), height);
    const cv::Vec3d colour = garmentColour(photo.rowRange(garment), matte.rowRange(garment));

    cv::Mat lowest;
    cv::blur(photo.row(height - 1), lowest, {9, 1});
    cv::copyMakeBorder(photo, photo, 0, 2 * height, 0, 0, cv::BORDER_REPLICATE);
    closeHoles(matte.row(height - 1));
    cv::copyMakeBorder(matte, matte, 0, 2 * height, 0, 0, cv::BORDER_REPLICATE);
    for (int y = height; y < photo.rows; ++y) {
        const double below = y - height;
        const double plain = std::min(1.0, below / kBlendRows);
        const double light = std::max(0.45, 1.0 - 0.9 * below / height);
        cv::Mat row = photo.row(y);
        lowest.convertTo(row, -1, (1 - plain) * light);
        cv::add(row, cv::Scalar(colour * (plain * light)), row);
    }
}

/** Turned, scaled and moved so that the landmarks lie on the others, by least squares. */
cv::Matx23d alignment(const Landmarks &from, const Landmarks &to)
{
    cv::Point2d fromMean;
    cv::Point2d toMean;
    for (std::size_t i = 0; i < from.size(); ++i) {
        fromMean += from[i] * (1.0 / from.size());
        toMean += to[i] * (1.0 / from.size());
    }
    double along = 0;
    double across = 0;
    double spread = 0;
    for (std::size_t i = 0; i < from.size(); ++i) {
        const cv::Point2d a = from[i] - fromMean;
        const cv::Point2d b = to[i] - toMean;
        along += a.dot(b);
        across += a.cross(b);
        spread += a.dot(a);
    }
    const double c = along / spread;
    const double s = across / spread;
    return {c, -s, toMean.x - c * fromMean.x + s * fromMean.y,
            s, c,  toMean.y - s * fromMean.x - c * fromMean.y};
}

/** From hair to chin and from ear to ear, soft at its edge; CV_8UC1. */
cv::Mat innerFace(cv::Size photo, const Landmarks &landmarks)
{
    const cv::Point2d eyes = (landmarks[0] + landmarks[1]) * 0.5;
    const cv::Point2d mouth = (landmarks[3] + landmarks[4]) * 0.5;
    const double eyesPx = cv::norm(landmarks[1] - landmarks[0]);
    const double downPx = cv::norm(mouth - eyes);
    constexpr double kWide = 1.3; // half of it, in distances of the eyes
    constexpr double kHigh = 1.5; // in distances from eyes to mouth
    cv::Mat mask(photo, CV_8UC1, cv::Scalar(0));
    cv::ellipse(mask, cv::Point((eyes + mouth) * 0.5),
                cv::Size(cvRound(kWide * eyesPx), cvRound(kHigh * downPx)), 0, 0, 360, 255,
                cv::FILLED);
    cv::GaussianBlur(mask, mask, {}, 0.07 * eyesPx);
    return mask;
}

/** Gives it the mean and the spread of the other one's colours, each where the mask is. */
void matchColours(cv::Mat &picture, const cv::Mat &like, const cv::Mat &mask)
{
    cv::Scalar mean;
    cv::Scalar spread;
    cv::Scalar wantedMean;
    cv::Scalar wantedSpread;
    cv::meanStdDev(picture, mean, spread, mask);
    cv::meanStdDev(like, wantedMean, wantedSpread, mask);
    cv::Scalar gain;
    cv::Scalar offset;
    for (int c = 0; c < 3; ++c) {
        gain[c] = wantedSpread[c] / std::max(1.0, spread[c]);
        offset[c] = wantedMean[c] - gain[c] * mean[c];
    }
    picture.convertTo(picture, CV_32FC3);
    cv::multiply(picture, gain, picture);
    cv::add(picture, offset, picture);
    picture.convertTo(picture, CV_8UC3);
}

/** False when the other face's photograph cannot be read. */
bool exchangeFace(cv::Mat &photo, const Landmarks &landmarks, const FacePhoto &other)
{
    const cv::Mat source = readPhotograph(other.file);
    if (source.empty())
        return false;
    cv::Mat face;
    cv::warpAffine(source, face, alignment(other.landmarksPx, landmarks), photo.size(),
                   cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    const cv::Mat mask = innerFace(photo.size(), landmarks);
    matchColours(face, photo, mask);
    for (int y = 0; y < photo.rows; ++y) {
        for (int x = 0; x < photo.cols; ++x) {
            const double cover = mask.at<std::uint8_t>(y, x) / 255.0;
            const cv::Vec3b &front = face.at<cv::Vec3b>(y, x);
            cv::Vec3b &pixel = photo.at<cv::Vec3b>(y, x);
            for (int c = 0; c < 3; ++c)
                pixel[c] =
                    cv::saturate_cast<std::uint8_t>(pixel[c] * (1 - cover) + front[c] * cover);
        }
    }
    return true;
}

inline std::uint8_t over(std::uint8_t front, std::uint8_t back, std::uint8_t matte)
{
    return static_cast<std::uint8_t>(front + (back * (255 - matte) + 127) / 255);
}

} // namespace

bool Cutout::load(const Portrait &portrait)
{
    cv::Mat photo = readPhotograph(portrait.file);
    if (photo.empty() || photo.rows <= portrait.cutRowPx)
        return false;
    cv::Mat matte = matteOf(photo, portrait.outlinePx);
    if (portrait.otherFace && !exchangeFace(photo, portrait.landmarksPx, *portrait.otherFace))
        return false;
    photo = photo.rowRange(0, portrait.cutRowPx).clone();
    matte = matte.rowRange(0, portrait.cutRowPx).clone();
    prolong(photo, matte);

    cv::Mat matte3;
    cv::cvtColor(matte, matte3, cv::COLOR_GRAY2BGR);
    cv::multiply(photo, cv::Scalar(portrait.tint), photo);
    cv::Mat colours;
    cv::multiply(photo, matte3, colours, 1.0 / 255);

    facePx_ = portrait.facePx;
    if (portrait.mirrored) {
        cv::flip(colours, colours, 1);
        cv::flip(matte, matte, 1);
        facePx_.x = photo.cols - facePx_.br().x;
    }
    levels_ = {{colours, matte, 1.0}};
    for (int i = 1; i < kLevels; ++i) {
        const Level &above = levels_.back();
        Level half;
        cv::resize(above.colours, half.colours, {}, 0.5, 0.5, cv::INTER_AREA);
        cv::resize(above.matte, half.matte, {}, 0.5, 0.5, cv::INTER_AREA);
        half.scale = above.scale / 2;
        levels_.push_back(std::move(half));
    }
    return true;
}

/** A head that turns: hair comes over the face from its left. Streaks, since nothing is plain. */
void Cutout::paintHair(cv::Mat &colours, double scale, double turned) const
{
    const cv::Rect2d head((facePx_.x - 0.15 * facePx_.width) * scale,
                          (facePx_.y - 0.12 * facePx_.height) * scale, 1.3 * facePx_.width * scale,
                          1.22 * facePx_.height * scale);
    const cv::Point2d centre = (head.tl() + head.br()) * 0.5;
    const double edge = head.x + turned * 1.1 * head.width;
    const double softPx = std::max(1.0, 0.04 * head.width);
    const cv::Rect rows = cv::Rect(head) & cv::Rect({0, 0}, colours.size());
    for (int y = rows.y; y < rows.br().y; ++y) {
        cv::Vec3b *pixels = colours.ptr<cv::Vec3b>(y);
        for (int x = rows.x; x < rows.br().x; ++x) {
            const double across = (x - centre.x) / (head.width / 2);
            const double along = (y - centre.y) / (head.height / 2);
            const double inside = 12 * (1 - std::hypot(across, along));
            const double cover =
                std::clamp(inside, 0.0, 1.0) * std::clamp((edge - x) / softPx, 0.0, 1.0);
            const double light = 0.8 + 0.25 * std::sin(37 * across) * std::cos(9 * across + along) -
                                 0.3 * across * across;
            const cv::Vec3d hair = cv::Vec3d(38, 48, 62) * light;
            for (int c = 0; c < 3; ++c)
                pixels[x][c] =
                    cv::saturate_cast<std::uint8_t>(pixels[x][c] * (1 - cover) + hair[c] * cover);
        }
    }
}

void Cutout::drawOver(cv::Mat &frame, cv::Point2d centrePx, double scale, double turned) const
{
    const Level *level = &levels_.front();
    for (const Level &smaller : levels_) {
        if (smaller.scale >= scale)
            level = &smaller;
    }
    const double zoom = scale / level->scale; // frame pixels to a pixel of the level
    const cv::Point2d face = (facePx_.tl() + facePx_.br()) * 0.5 * level->scale;
    const cv::Point2d corner = centrePx - face * zoom;

    const cv::Rect whole(static_cast<int>(std::floor(corner.x)) - 1,
                         static_cast<int>(std::floor(corner.y)) - 1,
                         static_cast<int>(std::ceil(level->matte.cols * zoom)) + 2,
                         static_cast<int>(std::ceil(level->matte.rows * zoom)) + 2);
    const cv::Rect target = whole & cv::Rect({0, 0}, frame.size());
    if (target.empty())
        return;

    // Pixel centres lie at halves on both sides.
    const cv::Matx23d placing(zoom, 0, corner.x - target.x + 0.5 * zoom - 0.5, 0, zoom,
                              corner.y - target.y + 0.5 * zoom - 0.5);
    cv::Mat matte;
    cv::warpAffine(level->matte, matte, placing, target.size(), cv::INTER_LINEAR);
    const int channels = frame.channels();
    cv::Mat colours = matte;
    cv::Mat source = level->colours;
    if (channels == 3 && turned > 0) {
        source = source.clone();
        paintHair(source, level->scale, turned);
    }
    if (channels == 3)
        cv::warpAffine(source, colours, placing, target.size(), cv::INTER_LINEAR);

    for (int y = 0; y < target.height; ++y) {
        const std::uint8_t *covers = matte.ptr(y);
        const std::uint8_t *front = colours.ptr(y);
        std::uint8_t *back = frame.ptr(target.y + y) + target.x * channels;
        for (int x = 0; x < target.width; ++x) {
            for (int c = 0; c < channels; ++c, ++front, ++back)
                *back = over(*front, *back, covers[x]);
        }
    }
}

} // namespace ooto::scene
