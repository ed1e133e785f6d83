// SPDX-License-Identifier: LGPL-2.1-or-later
// What the bytes of a JPEG or PNG file say without being decoded.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ooto::server
{

enum class PhotoType { Other, Jpeg, Png };

struct PhotoFile {
    PhotoType type = PhotoType::Other; ///< by its first bytes
    int width = 0;                     ///< px, as its header says; 0 without one
    int height = 0;                    ///< px
    bool complete = false;             ///< its end marker is where it should be
    /** Segments or chunks that can carry what is not pixels: "APP1", "COM", "tEXt", … */
    std::vector<std::string> metadata;
};

PhotoFile readPhotoFile(std::span<const std::uint8_t> bytes);

/** "image/jpeg", "image/png"; empty for others. */
const char *mimeType(PhotoType type);
/** ".jpg", ".png", ".bin" */
const char *fileSuffix(PhotoType type);

} // namespace ooto::server
