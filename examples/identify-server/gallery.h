// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is enrolled: descriptors in memory, and a folder of photos where one is named.
#pragma once

#include "recogniser.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ooto::server
{

struct Match {
    std::string templateId;
    double similarity; ///< -1..1
};

/** Thread-bound. */
class Gallery
{
public:
    /**
     * Enrols the JPEG and PNG files of a folder, each under its name without the suffix; `%2F`
     * and the like in it stand for what a file name cannot hold.
     *
     * @param writable enrolments and removals from now on change the folder too
     * @return a line for people about each photo that could not be used, or about the folder
     */
    std::vector<std::string> open(const std::filesystem::path &folder, bool writable,
                                  Recogniser &recogniser);

    /** Whether it is 1 to 80 bytes of UTF-8 without control characters. */
    static bool isTemplateId(const std::string &text);

    /**
     * Enrols or replaces; `photo` is kept only in a writable folder.
     * @return a text for people when the photo could not be saved; the face is enrolled then too
     */
    std::string add(const std::string &templateId, const Descriptor &face,
                    std::span<const std::uint8_t> photo = {});
    /** False when nobody has this id. */
    bool remove(const std::string &templateId);
    /** The most similar face; nothing when the gallery is empty. */
    std::optional<Match> best(const FaceViews &probe) const;
    std::size_t size() const { return faces_.size(); }

private:
    struct Face {
        Descriptor descriptor;
        std::filesystem::path file; ///< empty when in memory only
    };

    std::map<std::string, Face> faces_;
    std::filesystem::path folder_; ///< empty when it is not to be written to
};

} // namespace ooto::server
