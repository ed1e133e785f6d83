// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests of examples/identify-server/photo_file.cpp.
#include "http_client.h"
#include "photo_file.h"
#include "support/photos.h"

#include <gtest/gtest.h>

namespace ooto::server
{
namespace
{

/** A segment put behind a JPEG's start. */
Photo withSegment(const Photo &jpeg, std::uint8_t marker, const std::string &content)
{
    Photo bytes(jpeg.begin(), jpeg.begin() + 2);
    bytes.insert(bytes.end(), {0xFF, marker, 0, static_cast<std::uint8_t>(content.size() + 2)});
    bytes.insert(bytes.end(), content.begin(), content.end());
    bytes.insert(bytes.end(), jpeg.begin() + 2, jpeg.end());
    return bytes;
}

/** A chunk put behind a PNG's header. Its checksum is wrong, which nobody looks at here. */
Photo withChunk(const Photo &png, const std::string &name, const std::string &content)
{
    const auto header = png.begin() + 8 + 25;
    Photo bytes(png.begin(), header);
    bytes.insert(bytes.end(), {0, 0, 0, static_cast<std::uint8_t>(content.size())});
    bytes.insert(bytes.end(), name.begin(), name.end());
    bytes.insert(bytes.end(), content.begin(), content.end());
    bytes.insert(bytes.end(), {0, 0, 0, 0});
    bytes.insert(bytes.end(), header, png.end());
    return bytes;
}

Photo ownJpeg()
{
    return asJpeg(cv::Mat(30, 40, CV_8UC3, cv::Scalar::all(50)));
}

Photo ownPng()
{
    Photo png;
    cv::imencode(".png", cv::Mat(30, 40, CV_8UC3, cv::Scalar::all(50)), png);
    return png;
}

TEST(PhotoFile, isReadWithoutDecoding)
{
    for (const auto &[bytes, type] :
         {std::pair{ownJpeg(), PhotoType::Jpeg}, std::pair{ownPng(), PhotoType::Png}}) {
        const PhotoFile file = readPhotoFile(bytes);
        EXPECT_EQ(file.type, type);
        EXPECT_EQ(file.width, 40);
        EXPECT_EQ(file.height, 30);
        EXPECT_TRUE(file.complete);
        EXPECT_TRUE(file.metadata.empty());
    }
}

TEST(PhotoFile, metadataIsSeen)
{
    using Names = std::vector<std::string>;
    EXPECT_EQ(readPhotoFile(withSegment(ownJpeg(), 0xE1, "Exif")).metadata, Names{"APP1"});
    EXPECT_EQ(readPhotoFile(withSegment(ownJpeg(), 0xED, "8BIM")).metadata, Names{"APP13"});
    EXPECT_EQ(readPhotoFile(withSegment(ownJpeg(), 0xFE, "hello")).metadata, Names{"COM"});
    for (const char *chunk : {"tEXt", "iTXt", "zTXt", "eXIf"})
        EXPECT_EQ(readPhotoFile(withChunk(ownPng(), chunk, "who")).metadata, Names{chunk});
}

TEST(PhotoFile, anyCutIsIncomplete)
{
    for (const Photo &whole : {ownJpeg(), ownPng()})
        for (std::size_t length = 0; length + 1 < whole.size(); ++length)
            EXPECT_FALSE(readPhotoFile({whole.data(), length}).complete) << length;
}

TEST(PhotoFile, otherBytesAreOther)
{
    const std::string gif = "GIF89a";
    for (const Photo &bytes : {Photo(), Photo{0xFF}, Photo(gif.begin(), gif.end())}) {
        EXPECT_EQ(readPhotoFile(bytes).type, PhotoType::Other);
        EXPECT_FALSE(readPhotoFile(bytes).complete);
    }
}

} // namespace
} // namespace ooto::server
