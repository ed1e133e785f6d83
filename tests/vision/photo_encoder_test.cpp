// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests of plugin/vision/photo_encoder.cpp.
#include "support/photos.h"
#include "vision/photo_encoder.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

namespace ooto::vision
{
namespace
{

using Bytes = std::vector<std::uint8_t>;

/** The marker codes of a JPEG's segments before its picture data. */
std::set<int> jpegMarkers(const Bytes &bytes)
{
    std::set<int> markers;
    std::size_t at = 2;
    while (at + 4 <= bytes.size() && bytes[at] == 0xFF) {
        markers.insert(bytes[at + 1]);
        if (bytes[at + 1] == 0xDA)
            break;
        at += 2u + (bytes[at + 2] << 8 | bytes[at + 3]);
    }
    return markers;
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

TEST(PhotoEncoder, jpegDecodesToAboutTheSamePixels)
{
    const cv::Mat photo = photos::load(photos::hopperFile);
    const Bytes bytes = encodePhoto(photos::view(photo), PhotoFormat::Jpeg, 90);
    const cv::Mat decoded = cv::imdecode(bytes, cv::IMREAD_COLOR);
    ASSERT_EQ(decoded.size(), photo.size());
    EXPECT_LT(cv::norm(photo, decoded, cv::NORM_L1) / (3.0 * photo.total()), 3.0);
    const Bytes coarse = encodePhoto(photos::view(photo), PhotoFormat::Jpeg, 30);
    EXPECT_LT(coarse.size(), bytes.size() / 2);
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
    for (const int marker : jpegMarkers(encodePhoto(photos::view(photo), PhotoFormat::Jpeg, 90)))
        EXPECT_TRUE(std::set({0xE0, 0xDB, 0xC0, 0xC4, 0xDA}).contains(marker)) << marker;
    EXPECT_EQ(pngChunks(encodePhoto(photos::view(photo), PhotoFormat::Png, 90)),
              (std::set<std::string>{"IHDR", "IDAT", "IEND"}));
}

TEST(PhotoEncoder, takesCropsByTheirStride)
{
    const cv::Mat photo = photos::load(photos::collinsFile);
    const cv::Mat crop = photo(cv::Rect(101, 33, 77, 55));
    const cv::Mat decoded =
        cv::imdecode(encodePhoto(photos::view(crop), PhotoFormat::Png, 90), cv::IMREAD_COLOR);
    ASSERT_EQ(decoded.size(), crop.size());
    EXPECT_EQ(cv::norm(crop, decoded, cv::NORM_L1), 0);
}

TEST(PhotoEncoder, givesNothingForWhatCannotBeEncoded)
{
    EXPECT_TRUE(encodePhoto({}, PhotoFormat::Jpeg, 90).empty());
    EXPECT_TRUE(encodePhoto({}, PhotoFormat::Png, 90).empty());
    const cv::Mat endless(1, 70000, CV_8UC3, cv::Scalar::all(0)); // JPEG ends at 65535
    EXPECT_TRUE(encodePhoto(photos::view(endless), PhotoFormat::Jpeg, 90).empty());
}

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
