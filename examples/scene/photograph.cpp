// SPDX-License-Identifier: LGPL-2.1-or-later
// Leaves a PNG file's colour profile out: OpenCV ignores it, but libpng complains on stderr about
// the broken one in scikit-image's astronaut.
#include "photograph.h"

#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

namespace ooto::scene
{

namespace
{

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
constexpr std::size_t kChunkFrameBytes = 12; // length, type, checksum

std::string_view textAt(const std::vector<char> &bytes, std::size_t at, std::size_t length)
{
    return std::string_view(bytes.data(), bytes.size()).substr(at, length);
}

std::size_t bigEndianAt(const std::vector<char> &bytes, std::size_t at)
{
    std::size_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
    return value;
}

void dropColourProfile(std::vector<char> &bytes)
{
    std::size_t at = kSignature.size();
    while (at + kChunkFrameBytes <= bytes.size() && textAt(bytes, at + 4, 4) != "IDAT") {
        const std::size_t whole = kChunkFrameBytes + bigEndianAt(bytes, at);
        if (textAt(bytes, at + 4, 4) != "iCCP") {
            at += whole;
            continue;
        }
        const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(whole, bytes.size() - at)));
    }
}

} // namespace

cv::Mat readPhotograph(const std::string &file)
{
    std::ifstream stream(file, std::ios::binary);
    std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
    if (bytes.empty())
        return {};
    if (textAt(bytes, 0, kSignature.size()) == kSignature)
        dropColourProfile(bytes);
    return cv::imdecode(bytes, cv::IMREAD_COLOR);
}

} // namespace ooto::scene
