// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vision/jpeg_encoder.h"

#include <turbojpeg.h>

#include <limits>
#include <memory>

namespace ooto::vision
{
namespace
{

struct CompressorEnd {
    void operator()(void *compressor) const { tjDestroy(compressor); }
};

struct BufferEnd {
    void operator()(unsigned char *buffer) const { tjFree(buffer); }
};

} // namespace

std::vector<std::uint8_t> encodeJpeg(const core::ImageView &image, int quality)
{
    if (image.stride > std::size_t{std::numeric_limits<int>::max()})
        return {};
    // TurboJPEG, not the libjpeg beneath it: its errors are return values.
    const std::unique_ptr<void, CompressorEnd> compressor(tjInitCompress());
    if (!compressor)
        return {};
    unsigned char *buffer = nullptr;
    unsigned long size = 0;
    // By default it takes a coarser transform below quality 96.
    const int failed = tjCompress2(compressor.get(), image.data, image.width,
                                   static_cast<int>(image.stride), image.height, TJPF_BGR, &buffer,
                                   &size, TJSAMP_420, quality, TJFLAG_ACCURATEDCT);
    const std::unique_ptr<unsigned char, BufferEnd> file(buffer);
    if (failed != 0)
        return {};
    return {file.get(), file.get() + size};
}

} // namespace ooto::vision
