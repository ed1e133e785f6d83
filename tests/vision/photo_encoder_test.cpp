// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests of plugin/vision/photo_encoder.cpp.
#include "support/photos.h"
#include "vision/photo_encoder.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ooto::vision
{
namespace
{

using Bytes = std::vector<std::uint8_t>;

constexpr std::initializer_list<PhotoFormat> formats{PhotoFormat::Jpeg, PhotoFormat::Png};
constexpr int quantizationTable = 0xDB;
constexpr int startOfFrame = 0xC0; ///< of a baseline picture

/** A JPEG's segments before its picture data, by marker: what the first of each has. */
std::map<int, Bytes> jpegSegments(const Bytes &bytes)
{
    std::map<int, Bytes> segments;
    std::size_t at = 2;
    while (at + 4 <= bytes.size() && bytes[at] == 0xFF) {
        const std::size_t end = at + 2u + (bytes[at + 2] << 8 | bytes[at + 3]);
        segments.try_emplace(bytes[at + 1], bytes.begin() + at + 4,
                             bytes.begin() + std::min(end, bytes.size()));
        if (bytes[at + 1] == 0xDA)
            break;
        at = end;
    }
    return segments;
}

/** The names of a PNG's chunks. */
std::set<std::string> pngChunks(const Bytes &bytes)
{
    std::set<std::string> chunks;
    std::size_t at = 8;
    while (at + 12 <= bytes.size()) {
        chunks.emplace(bytes.begin() + at + 4, bytes.begin() + at + 8);
        const std::size_t length = static_cast<std::size_t>(bytes[at]) << 24 | bytes[at + 1] << 16 |
                                   bytes[at + 2] << 8 | bytes[at + 3];
        at += 12 + length;
    }
    return chunks;
}

cv::Mat decoded(const Bytes &bytes)
{
    return bytes.empty() ? cv::Mat() : cv::imdecode(bytes, cv::IMREAD_COLOR);
}

/** Colours that change slowly from pixel to pixel. */
cv::Mat gradient(int width, int height)
{
    cv::Mat picture(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            picture.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(40 + x % 128),
                                           static_cast<std::uint8_t>(90 + y % 128),
                                           static_cast<std::uint8_t>(200 - (x + y) % 128)};
    return picture;
}

TEST(PhotoEncoder, jpegDecodesToAboutTheSamePixels)
{
    const cv::Mat photo = photos::load(photos::hopperFile);
    const Bytes bytes = encodePhoto(photos::view(photo), PhotoFormat::Jpeg, 90);
    const cv::Mat fine = decoded(bytes);
    ASSERT_EQ(fine.size(), photo.size());
    EXPECT_GT(cv::PSNR(photo, fine), 42); // measured: 44.4 dB
    const Bytes coarse = encodePhoto(photos::view(photo), PhotoFormat::Jpeg, 30);
    EXPECT_LT(coarse.size(), bytes.size() / 2);
    EXPECT_GT(cv::PSNR(photo, decoded(coarse)), 28); // measured: 30.3 dB
}

/** What it means to libjpeg, and to all who took it over: the standard's tables are quality 50. */
TEST(PhotoEncoder, jpegQualityMeansTheUsual)
{
    const cv::Mat photo = gradient(16, 16);
    for (const auto &[quality, first] : std::map<int, int>{{25, 32}, {50, 16}, {90, 3}, {100, 1}}) {
        auto segments = jpegSegments(encodePhoto(photos::view(photo), PhotoFormat::Jpeg, quality));
        ASSERT_GE(segments[quantizationTable].size(), 65u);
        EXPECT_EQ(segments[quantizationTable][1], first) << quality;
    }
}

TEST(PhotoEncoder, jpegHasHalfTheColourResolution)
{
    const cv::Mat photo = gradient(32, 32);
    auto segments = jpegSegments(encodePhoto(photos::view(photo), PhotoFormat::Jpeg, 90));
    const Bytes &frame = segments[startOfFrame];
    ASSERT_EQ(frame.size(), 6u + 3u * 3u);
    EXPECT_EQ(frame[7], 0x22); // of luma two by two to one of each colour
    EXPECT_EQ(frame[10], 0x11);
    EXPECT_EQ(frame[13], 0x11);
}

TEST(PhotoEncoder, pngDecodesToTheSamePixels)
{
    const cv::Mat photo = photos::load(photos::collinsFile);
    const Bytes bytes = encodePhoto(photos::view(photo), PhotoFormat::Png, 90);
    const cv::Mat decoded = cv::imdecode(bytes, cv::IMREAD_COLOR);
    ASSERT_EQ(decoded.size(), photo.size());
    EXPECT_EQ(cv::norm(photo, decoded, cv::NORM_L1), 0);
}

TEST(PhotoEncoder, writesNoMetadata)
{
    const cv::Mat photo = photos::load(photos::hopperFile);
    // APP0 (JFIF), DQT, SOF0, DHT, SOS: no APP1 (EXIF, XMP), APP13, or comment.
    for (const auto &[marker, bytes] :
         jpegSegments(encodePhoto(photos::view(photo), PhotoFormat::Jpeg, 90)))
        EXPECT_TRUE(std::set({0xE0, 0xDB, 0xC0, 0xC4, 0xDA}).contains(marker)) << marker;
    EXPECT_EQ(pngChunks(encodePhoto(photos::view(photo), PhotoFormat::Png, 90)),
              (std::set<std::string>{"IHDR", "IDAT", "IEND"}));
}

TEST(PhotoEncoder, takesCropsByTheirStride)
{
    const cv::Mat photo = photos::load(photos::collinsFile);
    const cv::Mat crop = photo(cv::Rect(101, 33, 77, 55));
    const cv::Mat alone = crop.clone();
    for (const PhotoFormat format : formats)
        EXPECT_EQ(encodePhoto(photos::view(crop), format, 90),
                  encodePhoto(photos::view(alone), format, 90));
    const cv::Mat exact = decoded(encodePhoto(photos::view(crop), PhotoFormat::Png, 90));
    ASSERT_EQ(exact.size(), crop.size());
    EXPECT_EQ(cv::norm(crop, exact, cv::NORM_L1), 0);
}

TEST(PhotoEncoder, takesOddSizes)
{
    for (const cv::Size size :
         {cv::Size(1, 1), cv::Size(1, 2), cv::Size(1, 77), cv::Size(63, 1), cv::Size(7, 5),
          cv::Size(17, 33), cv::Size(65500, 1), cv::Size(1, 65500)}) {
        const cv::Mat picture = gradient(size.width, size.height);
        const cv::Mat jpeg = decoded(encodePhoto(photos::view(picture), PhotoFormat::Jpeg, 95));
        ASSERT_EQ(jpeg.size(), size);
        EXPECT_GT(cv::PSNR(picture, jpeg), 30) << size;
        const cv::Mat png = decoded(encodePhoto(photos::view(picture), PhotoFormat::Png, 95));
        ASSERT_EQ(png.size(), size);
        EXPECT_EQ(cv::norm(picture, png, cv::NORM_L1), 0) << size;
    }
}

TEST(PhotoEncoder, keepsGreyGrey)
{
    cv::Mat grey;
    cv::cvtColor(photos::load(photos::hopperFile), grey, cv::COLOR_BGR2GRAY);
    cv::cvtColor(grey, grey, cv::COLOR_GRAY2BGR);
    for (const PhotoFormat format : formats) {
        std::vector<cv::Mat> planes;
        cv::split(decoded(encodePhoto(photos::view(grey), format, 90)), planes);
        ASSERT_EQ(planes.size(), 3u);
        EXPECT_LE(cv::norm(planes[0], planes[2], cv::NORM_INF), 2);
        EXPECT_LE(cv::norm(planes[0], planes[1], cv::NORM_INF), 2);
    }
}

TEST(PhotoEncoder, givesNothingForWhatCannotBeEncoded)
{
    const cv::Mat wide(1, 65501, CV_8UC3, cv::Scalar::all(0));
    const cv::Mat high(65501, 1, CV_8UC3, cv::Scalar::all(0));
    EXPECT_TRUE(encodePhoto(photos::view(wide), PhotoFormat::Jpeg, 90).empty());
    EXPECT_TRUE(encodePhoto(photos::view(high), PhotoFormat::Jpeg, 90).empty());
    EXPECT_FALSE(encodePhoto(photos::view(wide), PhotoFormat::Png, 90).empty());
    const cv::Mat endless(1, 1000001, CV_8UC3, cv::Scalar::all(0));
    EXPECT_TRUE(encodePhoto(photos::view(endless), PhotoFormat::Png, 90).empty());

    core::ImageView view = photos::view(wide);
    view.stride = std::size_t{1} << 31; // TurboJPEG counts it by an int
    view.height = 1;
    EXPECT_TRUE(encodePhoto(view, PhotoFormat::Jpeg, 90).empty());
    for (const PhotoFormat format : formats) {
        EXPECT_TRUE(encodePhoto({}, format, 90).empty());
        EXPECT_TRUE(encodePhoto({wide.data, 0, 1, wide.step}, format, 90).empty());
        EXPECT_TRUE(encodePhoto({wide.data, 1, -1, wide.step}, format, 90).empty());
    }
}

// Their allocators end the process where memory is short.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/** A block of memory that nobody needs, in a list of such. */
struct Ballast {
    Ballast *next;
};

Ballast *takeAll(std::size_t blockBytes)
{
    Ballast *all = nullptr;
    while (auto *block = static_cast<Ballast *>(std::malloc(blockBytes))) {
        block->next = all;
        all = block;
    }
    return all;
}

/**
 * Leaves this process about `bytes`: all other memory that it may have is taken. A limit on the
 * address space would not do alone, since malloc() has reserved some for threads.
 */
void leaveMemory(std::size_t bytes)
{
    std::ifstream statm("/proc/self/statm");
    rlim_t pages = 0;
    statm >> pages;
    const rlim_t limit = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (16u << 20);
    const rlimit both{limit, limit};
    if (setrlimit(RLIMIT_AS, &both) != 0)
        _exit(2);
    mallopt(M_PERTURB, 0); // would write to all of it
    constexpr std::size_t blockBytes = 64u << 10;
    Ballast *blocks = takeAll(blockBytes);
    takeAll(1u << 10);
    takeAll(sizeof(Ballast));
    for (std::size_t left = bytes; blocks && left >= blockBytes; left -= blockBytes)
        std::free(std::exchange(blocks, blocks->next));
}

/** Encodes in a child; @return its exit status: 0 all bytes, 1 none, 2 anything else */
int encodeWithin(std::size_t bytes, const cv::Mat &picture, PhotoFormat format, std::size_t whole)
{
    const pid_t child = fork();
    if (child == 0) {
        leaveMemory(bytes);
        const Bytes file = encodePhoto(photos::view(picture), format, 100);
        _exit(file.size() == whole ? 0 : file.empty() ? 1 : 2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

TEST(PhotoEncoder, givesNothingWhereMemoryIsShort)
{
    cv::Mat noise(500, 700, CV_8UC3);
    cv::randu(noise, 0, 256);
    for (const PhotoFormat format : formats) {
        const std::size_t whole = encodePhoto(photos::view(noise), format, 100).size();
        ASSERT_GT(whole, std::size_t{512} << 10);
        std::set<int> seen;
        for (std::size_t bytes = 0; bytes <= std::size_t{12} << 20; bytes += 256u << 10)
            seen.insert(encodeWithin(bytes, noise, format, whole));
        EXPECT_EQ(seen, (std::set<int>{0, 1}));
    }
}
#endif

TEST(PhotoEncoder, clampsTheQuality)
{
    const cv::Mat photo = photos::load(photos::iceFile);
    for (const int quality : {-5, 0, 1000})
        EXPECT_FALSE(encodePhoto(photos::view(photo), PhotoFormat::Jpeg, quality).empty());
}

/** A white picture of 40x30 px. */
core::Image white()
{
    core::Image image;
    image.resize(40, 30);
    std::fill_n(image.data(), image.stride() * 30, std::uint8_t{255});
    return image;
}

bool isWhite(const core::Image &image, int x, int y)
{
    const std::uint8_t *pixel = image.data() + y * image.stride() + x * 3;
    return pixel[0] == 255 && pixel[1] == 255 && pixel[2] == 255;
}

TEST(PaintOver, hidesNeighboursAndNothingElse)
{
    core::Image image = white();
    paintOver(image, {{2, 3, 5, 4}, {30, 20, 100, 100}}, {});
    for (int y = 0; y < 30; ++y)
        for (int x = 0; x < 40; ++x)
            EXPECT_EQ(isWhite(image, x, y),
                      !((x >= 2 && x < 7 && y >= 3 && y < 7) || (x >= 30 && y >= 20)))
                << x << "," << y;
}

TEST(PaintOver, leavesEveryPixelOfTheKeptBox)
{
    core::Image image = white();
    // Around it on all four sides; the fractions belong to the kept box.
    paintOver(image, {{0, 0, 40, 30}}, {10.5, 8.5, 9, 10});
    for (int y = 0; y < 30; ++y)
        for (int x = 0; x < 40; ++x)
            EXPECT_EQ(isWhite(image, x, y), x >= 10 && x < 20 && y >= 8 && y < 19) << x << "," << y;
}

TEST(PaintOver, bearsBoxesThatAreOutsideEmptyOrNotFinite)
{
    core::Image image = white();
    const double infinite = std::numeric_limits<double>::infinity();
    paintOver(image,
              {{-50, -50, 10, 10},
               {1e9, 0, 5, 5},
               {5, 5, 0, 0},
               {5, 5, -3, 4},
               {0, 0, infinite, 1},
               {std::nan(""), 0, 5, 5}},
              {-1e9, -1e9, 1, 1});
    for (int y = 0; y < 30; ++y)
        for (int x = 0; x < 40; ++x)
            EXPECT_TRUE(isWhite(image, x, y));
    core::Image none;
    paintOver(none, {{0, 0, 5, 5}}, {0, 0, 1, 1});
}

} // namespace
} // namespace ooto::vision
