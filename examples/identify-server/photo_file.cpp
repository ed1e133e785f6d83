// SPDX-License-Identifier: LGPL-2.1-or-later
#include "photo_file.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace ooto::server
{
namespace
{

using Bytes = std::span<const std::uint8_t>;

constexpr std::array<std::uint8_t, 3> jpegStart = {0xFF, 0xD8, 0xFF};
constexpr std::array<std::uint8_t, 8> pngStart = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr std::array<std::uint8_t, 2> jpegEnd = {0xFF, 0xD9};
/** Some writers pad their files; the end marker may lie this far before the last byte. */
constexpr std::size_t paddingBytes = 1024;

template<std::size_t N>
bool startsWith(Bytes bytes, const std::array<std::uint8_t, N> &start)
{
    return bytes.size() >= N && std::equal(start.begin(), start.end(), bytes.begin());
}

std::uint32_t bigEndian(Bytes bytes)
{
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes)
        value = value << 8 | byte;
    return value;
}

/** Frame headers, whatever the coding: C0 to CF but for DHT, JPG and DAC. */
bool isFrameHeader(int marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

void readJpeg(Bytes bytes, PhotoFile &photo)
{
    const Bytes tail = bytes.last(std::min(bytes.size(), paddingBytes));
    photo.complete =
        std::search(tail.begin(), tail.end(), jpegEnd.begin(), jpegEnd.end()) != tail.end();

    for (std::size_t at = 2; at + 4 <= bytes.size() && bytes[at] == 0xFF;) {
        const int marker = bytes[at + 1];
        if (marker == 0xFF) { // fill byte
            ++at;
            continue;
        }
        if (marker == 0xDA) // picture data follow, no segments
            return;
        if (isFrameHeader(marker) && at + 9 <= bytes.size()) {
            photo.height = static_cast<int>(bigEndian(bytes.subspan(at + 5, 2)));
            photo.width = static_cast<int>(bigEndian(bytes.subspan(at + 7, 2)));
        }
        if (marker == 0xE1 || marker == 0xED)
            photo.metadata.push_back("APP" + std::to_string(marker - 0xE0));
        if (marker == 0xFE)
            photo.metadata.emplace_back("COM");
        at += 2 + bigEndian(bytes.subspan(at + 2, 2));
    }
}

void readPng(Bytes bytes, PhotoFile &photo)
{
    for (std::size_t at = pngStart.size(); at + 12 <= bytes.size();) {
        const std::size_t length = bigEndian(bytes.subspan(at, 4));
        const std::string chunk(bytes.begin() + static_cast<std::ptrdiff_t>(at) + 4,
                                bytes.begin() + static_cast<std::ptrdiff_t>(at) + 8);
        if (length > bytes.size() - at - 12)
            return;
        // A header that says more than 31 bits is no PNG's.
        if (chunk == "IHDR" && length >= 8) {
            photo.width = static_cast<int>(bigEndian(bytes.subspan(at + 8, 4)) & 0x7FFFFFFF);
            photo.height = static_cast<int>(bigEndian(bytes.subspan(at + 12, 4)) & 0x7FFFFFFF);
        }
        if (chunk == "tEXt" || chunk == "iTXt" || chunk == "zTXt" || chunk == "eXIf")
            photo.metadata.push_back(chunk);
        if (chunk == "IEND") {
            photo.complete = true;
            return;
        }
        at += 12 + length;
    }
}

} // namespace

PhotoFile readPhotoFile(Bytes bytes)
{
    PhotoFile photo;
    if (startsWith(bytes, jpegStart)) {
        photo.type = PhotoType::Jpeg;
        readJpeg(bytes, photo);
    } else if (startsWith(bytes, pngStart)) {
        photo.type = PhotoType::Png;
        readPng(bytes, photo);
    }
    return photo;
}

const char *mimeType(PhotoType type)
{
    switch (type) {
    case PhotoType::Jpeg:
        return "image/jpeg";
    case PhotoType::Png:
        return "image/png";
    case PhotoType::Other:
        break;
    }
    return "";
}

const char *fileSuffix(PhotoType type)
{
    switch (type) {
    case PhotoType::Jpeg:
        return ".jpg";
    case PhotoType::Png:
        return ".png";
    case PhotoType::Other:
        break;
    }
    return ".bin";
}

} // namespace ooto::server
