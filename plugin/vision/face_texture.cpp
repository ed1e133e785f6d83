// SPDX-License-Identifier: LGPL-2.1-or-later
// Local binary patterns: T. Ahonen, A. Hadid, M. Pietikainen, "Face Description with Local Binary
// Patterns", 2006.
#include "vision/face_texture.h"
#include "vision/mat_view.h"
#include "vision/serially.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <span>
#include <type_traits>
#include <utility>

namespace ooto::vision
{
namespace
{

// The face as it is compared, in px of a picture of its own.
constexpr int facePx = 112;
constexpr int cellPx = 16;
constexpr int cellsPerSide = facePx / cellPx;
/** Counted in parts of a cell, of which boxes beside each other share most. */
constexpr int blockPx = 8;
constexpr int blocksPerCell = cellPx / blockPx;
/** Around what is counted, so that its outermost pixels have neighbours. */
constexpr int rimPx = 8;
constexpr double blurPx = 1.6; ///< sigma; what is finer than that is noise at 5 samples a second
constexpr std::array radii = {3, 5};
constexpr int neighbours = 8;

/** The places of the five landmarks in 112x112 px that face recognition has agreed on
 * (InsightFace). */
constexpr core::Landmarks agreedPlaces = {{
    {38.2946, 51.6963},
    {73.5318, 51.5014},
    {56.0252, 71.7366},
    {41.5493, 92.3655},
    {70.7299, 92.2041},
}};

constexpr std::array boxSizes = {1.0, 0.9, 1.1}; ///< of the box as found, which comes first
constexpr int shiftsPerSide = 3;                 ///< by a block each: none, and 7 % to both sides

constexpr double leastFacePx = 16;
constexpr double leastShareInImage = 2.0 / 3;
/** Standard deviation in levels; one even colour is as alike to itself as a face. */
constexpr double leastDeviation = 1.5;
constexpr double farthestPx = 1e6; ///< no face is there, and whole numbers end somewhere

constexpr bool isUniform(unsigned code)
{
    const auto bits = static_cast<std::uint8_t>(code);
    return std::popcount(static_cast<std::uint8_t>(bits ^ std::rotl(bits, 1))) <= 2;
}

/** Uniform patterns have a bin each, all others share the first. */
constexpr int bins = 59;
constexpr std::array<std::uint8_t, 256> binOfCode = [] {
    std::array<std::uint8_t, 256> table{};
    std::uint8_t next = 1;
    for (unsigned code = 0; code < table.size(); ++code)
        if (isUniform(code))
            table[code] = next++;
    return table;
}();
static_assert(binOfCode[255] == bins - 1);

/** Where a pixel's neighbour lies: between four pixels, and how much of each it is. */
struct Neighbour {
    int x = 0;
    int y = 0;
    std::array<float, 4> shares{}; ///< of (x, y), the one to the right, below, and both

    Neighbour() = default;
    Neighbour(int radius, int index)
    {
        const double angle = 2 * std::numbers::pi * index / neighbours;
        // Half a billionth more, so that 2.9999999 is 3.
        constexpr double exact = 5e-10;
        const double right = radius * std::cos(angle) + exact;
        const double down = radius * std::sin(angle) + exact;
        x = static_cast<int>(std::floor(right));
        y = static_cast<int>(std::floor(down));
        const double beside = right - x < 1e-6 ? 0 : right - x;
        const double below = down - y < 1e-6 ? 0 : down - y;
        shares = {static_cast<float>((1 - beside) * (1 - below)),
                  static_cast<float>(beside * (1 - below)),
                  static_cast<float>((1 - beside) * below), static_cast<float>(beside * below)};
    }
};

/** Sets a bit in the codes of a row's pixels, the first one at `centre`, where the neighbour is as
 * bright. */
void addNeighbour(const Neighbour &neighbour, int bit, const float *centre, std::ptrdiff_t stride,
                  std::span<std::int32_t> codes)
{
    constexpr std::size_t step = 16; // a number known beforehand is what compilers make vectors of
    const float *above = centre + neighbour.y * stride + neighbour.x;
    const float *below = above + stride;
    const auto [topLeft, topRight, bottomLeft, bottomRight] = neighbour.shares;
    const bool isPixel = topLeft == 1;
    for (std::size_t from = 0; from + step <= codes.size(); from += step) {
        std::array<std::int32_t, step> brighter;
        for (std::size_t i = 0; isPixel && i < step; ++i)
            brighter[i] = above[from + i] >= centre[from + i] ? bit : 0;
        for (std::size_t i = 0; !isPixel && i < step; ++i) {
            const float value = topLeft * above[from + i] + topRight * above[from + i + 1] +
                                bottomLeft * below[from + i] + bottomRight * below[from + i + 1];
            brighter[i] = value >= centre[from + i] ? bit : 0;
        }
        for (std::size_t i = 0; i < step; ++i)
            codes[from + i] |= brighter[i];
    }
}

/** How often each pattern occurs in each block, row by row. */
class PatternCounts
{
public:
    /** @param picture floats; a rim around a square of whole blocks */
    PatternCounts(const cv::Mat &picture, int radius)
        : blocksPerSide_((picture.cols - 2 * rimPx) / blockPx),
          counts_(static_cast<std::size_t>(blocksPerSide_ * blocksPerSide_))
    {
        // Nothing that would be destroyed: an analysis may go on while the process exits.
        static const auto around = [] {
            std::array<std::array<Neighbour, neighbours>, radii.back() + 1> all;
            for (const int each : radii)
                for (int i = 0; i < neighbours; ++i)
                    all[static_cast<std::size_t>(each)][static_cast<std::size_t>(i)] = {each, i};
            return all;
        }();
        static_assert(std::is_trivially_destructible_v<decltype(around)>);
        const std::size_t side = static_cast<std::size_t>(blocksPerSide_ * blockPx);
        std::vector<std::int32_t> codes(side);
        for (int y = 0; y < blocksPerSide_ * blockPx; ++y) {
            std::fill(codes.begin(), codes.end(), 0);
            const float *centre = picture.ptr<float>(y + rimPx) + rimPx;
            int bit = 1;
            for (const Neighbour &neighbour : around[static_cast<std::size_t>(radius)]) {
                addNeighbour(neighbour, bit, centre, static_cast<std::ptrdiff_t>(picture.step1()),
                             codes);
                bit *= 2;
            }
            for (std::size_t x = 0; x < side; ++x)
                ++block(static_cast<int>(x) / blockPx, y / blockPx)[binOfCode[codes[x] & 255]];
        }
    }

    /** Appends the square roots of the histograms of all cells. @param left, top in blocks */
    void appendCells(int left, int top, core::FaceTexture::Vector &vector)
    {
        // Of each cell the squares sum up to 1, of the whole vector, too, when each has its share.
        static const auto rootOf = [] {
            std::array<float, cellPx * cellPx + 1> table{};
            constexpr double all = 1.0 * cellPx * cellPx * cellsPerSide * cellsPerSide *
                                   static_cast<double>(radii.size());
            for (std::size_t count = 0; count < table.size(); ++count)
                table[count] = static_cast<float>(std::sqrt(static_cast<double>(count) / all));
            return table;
        }();
        for (int row = 0; row < cellsPerSide; ++row) {
            for (int column = 0; column < cellsPerSide; ++column) {
                Histogram cell{};
                for (int y = 0; y < blocksPerCell; ++y)
                    for (int x = 0; x < blocksPerCell; ++x)
                        add(block(left + column * blocksPerCell + x, top + row * blocksPerCell + y),
                            cell);
                for (int bin = 0; bin < bins; ++bin)
                    vector.push_back(rootOf[cell[static_cast<std::size_t>(bin)]]);
            }
        }
    }

private:
    using Histogram = std::array<std::uint16_t, 64>; // bins, and room that makes it even

    static void add(const Histogram &part, Histogram &whole)
    {
        for (std::size_t i = 0; i < part.size(); ++i)
            whole[i] = static_cast<std::uint16_t>(whole[i] + part[i]);
    }

    Histogram &block(int x, int y)
    {
        return counts_[static_cast<std::size_t>(y * blocksPerSide_ + x)];
    }

    int blocksPerSide_;
    std::vector<Histogram> counts_;
};

/** Turns, scales and moves a point of the image to one of the picture. */
struct Similarity {
    std::complex<double> factor;
    std::complex<double> offset;

    std::complex<double> back(std::complex<double> to) const { return (to - offset) / factor; }
};

/** The one that leaves least squares between where landmarks lie and where they ought to. */
Similarity aligning(const core::Landmarks &landmarks)
{
    const auto number = [](const core::Point &point) {
        return std::complex<double>(point.x, point.y);
    };
    std::complex<double> from;
    std::complex<double> to;
    for (std::size_t i = 0; i < landmarks.size(); ++i) {
        from += number(landmarks[i]) / static_cast<double>(landmarks.size());
        to += number(agreedPlaces[i]) / static_cast<double>(landmarks.size());
    }
    std::complex<double> along;
    double square = 0;
    for (std::size_t i = 0; i < landmarks.size(); ++i) {
        const std::complex<double> each = number(landmarks[i]) - from;
        along += std::conj(each) * (number(agreedPlaces[i]) - to);
        square += std::norm(each);
    }
    const std::complex<double> factor = along / square;
    return {factor, to - factor * from};
}

/** To a picture that the box fills, times a size, upright and with its proportions. */
Similarity filling(const core::Box &face, double size)
{
    const double factor = facePx / (std::sqrt(face.area()) * size);
    const core::Point centre = face.centre();
    return {factor, std::complex<double>(facePx, facePx) / 2.0 -
                        factor * std::complex<double>(centre.x, centre.y)};
}

/** What lies below a square picture, in whole pixels of the image. */
cv::Rect below(const Similarity &way, double from, double to)
{
    cv::Rect2d all;
    double left = farthestPx;
    double top = farthestPx;
    double right = -farthestPx;
    double bottom = -farthestPx;
    for (const auto &[x, y] : {std::pair{from, from}, {to, from}, {from, to}, {to, to}}) {
        const std::complex<double> corner = way.back({x, y});
        left = std::min(left, corner.real());
        top = std::min(top, corner.imag());
        right = std::max(right, corner.real());
        bottom = std::max(bottom, corner.imag());
    }
    const cv::Point first(static_cast<int>(std::floor(left)) - 1,
                          static_cast<int>(std::floor(top)) - 1);
    return {first, cv::Point(static_cast<int>(std::ceil(right)) + 2,
                             static_cast<int>(std::ceil(bottom)) + 2)};
}

/**
 * The face in grey, smooth, in floats: dark faces have few levels, and what lies between them
 * tells.
 *
 * @param around px on each side of the face's own square
 */
cv::Mat pictureOf(const cv::Mat &image, Similarity way, int around)
{
    const cv::Rect source =
        below(way, -around, facePx + around) & cv::Rect(0, 0, image.cols, image.rows);
    if (source.empty())
        return {};
    cv::Mat grey;
    cv::cvtColor(image(source), grey, cv::COLOR_BGR2GRAY);
    way.offset += way.factor * std::complex<double>(source.x, source.y);

    // Four pixels are looked at for each new one: where they are smaller than that, their mean. By
    // whole numbers, which is quick.
    const int shrink =
        std::min({static_cast<int>(std::lround(0.5 / std::abs(way.factor))), grey.cols, grey.rows});
    if (shrink > 1) {
        const cv::Size size(grey.cols / shrink, grey.rows / shrink);
        cv::resize(grey(cv::Rect({}, size * shrink)), grey, size, 0, 0, cv::INTER_AREA);
        // 0 is the centre of the first pixel, not its corner.
        way.offset += way.factor * ((shrink - 1) / 2.0) * std::complex<double>(1, 1);
        way.factor *= shrink;
    }
    cv::Mat fine;
    grey.convertTo(fine, CV_32F);
    const cv::Matx23d matrix(way.factor.real(), -way.factor.imag(), way.offset.real() + around,
                             way.factor.imag(), way.factor.real(), way.offset.imag() + around);
    cv::Mat picture;
    cv::warpAffine(fine, picture, matrix, {facePx + 2 * around, facePx + 2 * around},
                   cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    cv::GaussianBlur(picture, picture, {}, blurPx);
    return picture;
}

bool isFlat(const cv::Mat &picture)
{
    cv::Scalar mean;
    cv::Scalar deviation;
    cv::meanStdDev(picture, mean, deviation);
    return !(deviation[0] >= leastDeviation);
}

std::vector<PatternCounts> patternsOf(const cv::Mat &picture)
{
    std::vector<PatternCounts> patterns;
    for (const int radius : radii)
        patterns.emplace_back(picture, radius);
    return patterns;
}

core::FaceTexture::Vector vectorOf(std::vector<PatternCounts> &patterns, int left, int top)
{
    core::FaceTexture::Vector vector;
    vector.reserve(radii.size() * cellsPerSide * cellsPerSide * bins);
    for (PatternCounts &each : patterns)
        each.appendCells(left, top, vector);
    return vector;
}

core::FaceTexturePtr alignedTexture(const cv::Mat &image, const core::Landmarks &landmarks)
{
    const cv::Mat picture = pictureOf(image, aligning(landmarks), rimPx);
    if (picture.empty() || isFlat(picture))
        return nullptr;
    std::vector<PatternCounts> patterns = patternsOf(picture);
    return std::make_shared<core::FaceTexture>(
        core::FaceTexture{.aligned = true, .variants = {vectorOf(patterns, 0, 0)}});
}

core::FaceTexturePtr boxTexture(const cv::Mat &image, const core::Box &face)
{
    auto texture = std::make_shared<core::FaceTexture>();
    for (const double size : boxSizes) {
        const cv::Mat picture =
            pictureOf(image, filling(face, size), rimPx + blockPx * (shiftsPerSide / 2));
        if (picture.empty() || isFlat(picture))
            return nullptr;
        std::vector<PatternCounts> patterns = patternsOf(picture);
        for (int top = 0; top < shiftsPerSide; ++top)
            for (int left = 0; left < shiftsPerSide; ++left)
                texture->variants.push_back(vectorOf(patterns, left, top));
    }
    // The box as found is in the middle of the first nine.
    std::swap(texture->variants.front(), texture->variants[shiftsPerSide * shiftsPerSide / 2]);
    return texture;
}

bool isWithin(const core::Box &face, const cv::Mat &image)
{
    const core::Box whole{0, 0, static_cast<double>(image.cols), static_cast<double>(image.rows)};
    return core::intersection(face, whole).area() >= leastShareInImage * face.area();
}

/** Far enough apart to be a face's, and somewhere near. */
bool areAFaces(const core::Landmarks &landmarks, const core::Box &face)
{
    // A face that is turned away has its eyes close together, but a mouth below them.
    constexpr double leastSpread = 0.1;
    core::Point least{farthestPx, farthestPx};
    core::Point most{-farthestPx, -farthestPx};
    const core::Box near = core::grown(face, 0.5);
    for (const core::Point &point : landmarks) {
        if (!(point.x >= near.x && point.x <= near.right() && point.y >= near.y &&
              point.y <= near.bottom()))
            return false;
        least = {std::min(least.x, point.x), std::min(least.y, point.y)};
        most = {std::max(most.x, point.x), std::max(most.y, point.y)};
    }
    return std::hypot(most.x - least.x, most.y - least.y) >= leastSpread * face.shorterSide();
}

} // namespace

core::FaceTexturePtr faceTextureOf(const core::ImageView &image, const core::Box &face,
                                   const std::optional<core::Landmarks> &landmarks)
{
    const cv::Mat mat = asMat(image);
    if (mat.empty() || !(face.shorterSide() >= leastFacePx) ||
        !(face.width + face.height < farthestPx) ||
        !(std::abs(face.x) + std::abs(face.y) < farthestPx) || !isWithin(face, mat) ||
        (landmarks && !areAFaces(*landmarks, face)))
        return nullptr;
    try {
        return serially(
            [&] { return landmarks ? alignedTexture(mat, *landmarks) : boxTexture(mat, face); });
    } catch (const std::exception &) {
        return nullptr; // no memory
    }
}

} // namespace ooto::vision
