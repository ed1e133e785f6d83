// SPDX-License-Identifier: LGPL-2.1-or-later
// libpng reports errors by longjmp(), which runs no destructor. Hence what is between setjmp() and
// libpng, and between libpng and png_longjmp(), has nothing to destroy.
#include "vision/png_encoder.h"

#include <png.h>
#include <zlib.h>

#include <csetjmp>
#include <new>

namespace ooto::vision
{
namespace
{

using Bytes = std::vector<std::uint8_t>;

bool appended(Bytes &file, const png_byte *bytes, std::size_t count)
{
    try {
        file.insert(file.end(), bytes, bytes + count);
        return true;
    } catch (const std::bad_alloc &) {
        return false; // no exception may pass through libpng, which is C
    }
}

extern "C" {

static void giveUp(png_structp png, png_const_charp)
{
    png_longjmp(png, 1);
}

static void ignoreWarning(png_structp, png_const_charp) {}

static void appendToFile(png_structp png, png_bytep bytes, png_size_t count)
{
    if (!appended(*static_cast<Bytes *>(png_get_io_ptr(png)), bytes, count))
        png_error(png, "no memory");
}

static void flushNothing(png_structp) {}
}

/** Owns what libpng needs to write one file. */
class Writer
{
public:
    explicit Writer(Bytes &file)
        : png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, giveUp, ignoreWarning))
    {
        if (!png_)
            return;
        info_ = png_create_info_struct(png_);
        png_set_write_fn(png_, &file, appendToFile, flushNothing);
    }
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;
    ~Writer() { png_destroy_write_struct(&png_, &info_); }

    /** False when libpng gave up. */
    bool write(const core::ImageView &image);

private:
    png_structp png_;
    png_infop info_ = nullptr;
};

bool Writer::write(const core::ImageView &image)
{
    if (!png_ || !info_)
        return false;
    if (setjmp(png_jmpbuf(png_)) != 0)
        return false;
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(image.width),
                 static_cast<png_uint_32>(image.height), 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_filter(png_, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_set_compression_level(png_, Z_BEST_SPEED);
    png_set_compression_strategy(png_, Z_RLE);
    png_write_info(png_, info_);
    png_set_bgr(png_);
    for (int y = 0; y < image.height; ++y)
        png_write_row(png_, image.data + static_cast<std::size_t>(y) * image.stride);
    png_write_end(png_, nullptr);
    return true;
}

} // namespace

Bytes encodePng(const core::ImageView &image)
{
    Bytes file;
    if (!Writer(file).write(image))
        return {};
    return file;
}

} // namespace ooto::vision
