// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gallery.h"
#include "answers.h"
#include "glib_handles.h"
#include "photo_file.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace ooto::server
{
namespace
{

namespace fs = std::filesystem;

constexpr std::size_t longestIdBytes = 80; ///< escaped they still fit a file name's 255

/** A file name that cannot leave its folder, and that says the id again when it is read. */
std::string fileStem(const std::string &templateId)
{
    std::string stem = take(g_uri_escape_string(templateId.c_str(), " ", FALSE));
    if (stem.starts_with('.'))
        stem.replace(0, 1, "%2E");
    return stem;
}

std::string idOfStem(const std::string &stem)
{
    const std::string unescaped = take(g_uri_unescape_string(stem.c_str(), nullptr));
    return unescaped.empty() ? stem : unescaped;
}

bool isPhotoName(const fs::path &file)
{
    std::string suffix = file.extension().string();
    std::transform(suffix.begin(), suffix.end(), suffix.begin(), g_ascii_tolower);
    return suffix == ".jpg" || suffix == ".jpeg" || suffix == ".png";
}

std::vector<std::uint8_t> read(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

bool Gallery::isTemplateId(const std::string &text)
{
    return !text.empty() && text.size() <= longestIdBytes &&
           g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr) &&
           std::none_of(text.begin(), text.end(), [](char c) { return g_ascii_iscntrl(c); });
}

std::vector<std::string> Gallery::open(const fs::path &folder, bool writable,
                                       Recogniser &recogniser)
{
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error))
        if (isPhotoName(entry->path()))
            files.push_back(entry->path());
    if (error)
        return {"gallery " + folder.string() + ": " + error.message()};
    if (writable)
        folder_ = folder;

    std::vector<std::string> problems;
    std::sort(files.begin(), files.end());
    for (const fs::path &file : files) {
        const std::string id = idOfStem(file.stem().string());
        const Sighting sighting = recogniser.look(read(file));
        if (!isTemplateId(id))
            problems.push_back(file.string() + ": its name cannot be a template id");
        else if (sighting.errorCode)
            problems.push_back(file.string() + ": " + errorInfo(sighting.errorCode));
        else
            faces_[id] = {sighting.views.upright, file};
    }
    return problems;
}

std::string Gallery::add(const std::string &templateId, const Descriptor &face,
                         std::span<const std::uint8_t> photo)
{
    Face &entry = faces_[templateId];
    entry.descriptor = face;
    if (folder_.empty() || photo.empty())
        return {};

    const fs::path file = folder_ / (fileStem(templateId) + fileSuffix(readPhotoFile(photo).type));
    GError *failed = nullptr;
    g_file_set_contents(file.c_str(), reinterpret_cast<const char *>(photo.data()),
                        static_cast<gssize>(photo.size()), &failed);
    if (const ErrorPtr error{failed})
        return error->message;
    // A replaced photo of the other format would come back with the next start.
    std::error_code ignored;
    if (!entry.file.empty() && entry.file != file)
        fs::remove(entry.file, ignored);
    entry.file = file;
    return {};
}

bool Gallery::remove(const std::string &templateId)
{
    const auto found = faces_.find(templateId);
    if (found == faces_.end())
        return false;
    std::error_code ignored;
    if (!folder_.empty() && !found->second.file.empty())
        fs::remove(found->second.file, ignored);
    faces_.erase(found);
    return true;
}

std::optional<Match> Gallery::best(const FaceViews &probe) const
{
    std::optional<Match> best;
    for (const auto &[id, face] : faces_) {
        const double likeness = similarity(probe, face.descriptor);
        if (!best || likeness > best->similarity)
            best = Match{id, likeness};
    }
    return best;
}

} // namespace ooto::server
