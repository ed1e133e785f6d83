// SPDX-License-Identifier: LGPL-2.1-or-later
#include "received_request.h"
#include "glib_handles.h"
#include "photo_file.h"

#include <algorithm>
#include <set>

namespace ooto::server
{
namespace
{

void checkQuery(const ReceivedRequest &request, std::vector<std::string> &violations)
{
    std::set<std::string> seen;
    for (const auto &[key, value] : request.flags) {
        if (key != "check_liveness" && key != "check_deepfake")
            violations.push_back("unknown query key \"" + key + "\"");
        else if (value != "true" && value != "false")
            violations.push_back(key + " is \"" + value + "\", not true or false");
        if (!seen.insert(key).second)
            violations.push_back("query key \"" + key + "\" twice");
    }
}

void checkPhoto(const ReceivedRequest &request, const Part &photo,
                std::vector<std::string> &violations)
{
    if (!photo.fileName || photo.fileName->empty())
        violations.emplace_back("the part photo has no file name");
    if (photo.bytes.empty()) {
        violations.emplace_back("the photo is empty");
        return;
    }
    const PhotoFile file = readPhotoFile(photo.bytes);
    if (photo.contentType != mimeType(file.type) || file.type == PhotoType::Other)
        violations.push_back(
            "the photo's content type is \"" + photo.contentType + "\", its bytes are " +
            (file.type == PhotoType::Other ? "neither JPEG nor PNG" : mimeType(file.type)));
    if (!file.complete || file.width == 0 || file.height == 0 || request.code == 4)
        violations.emplace_back("the photo cannot be decoded");
    for (const std::string &kind : file.metadata)
        violations.push_back("the photo has metadata: " + kind);
}

} // namespace

const Part *ReceivedRequest::part(const std::string &name) const
{
    const auto found = std::find_if(parts.begin(), parts.end(),
                                    [&](const Part &part) { return part.name == name; });
    return found == parts.end() ? nullptr : &*found;
}

std::optional<std::string> ReceivedRequest::headerValue(const std::string &name) const
{
    for (const auto &[key, value] : header)
        if (g_ascii_strcasecmp(key.c_str(), name.c_str()) == 0)
            return value;
    return std::nullopt;
}

std::vector<std::string> violationsOf(const ReceivedRequest &request)
{
    std::vector<std::string> violations;
    if (request.tooLarge)
        return {"the body is too large"};
    checkQuery(request, violations);
    if (!request.multipart)
        violations.emplace_back("the body is not multipart/form-data");
    const bool enrols = request.path.ends_with("/add");
    std::set<std::string> seen;
    for (const Part &part : request.parts) {
        if (part.name != "photo" && !(enrols && part.name == "templateId"))
            violations.push_back("a part is named \"" + part.name + "\"");
        if (!seen.insert(part.name).second)
            violations.push_back("two parts are named \"" + part.name + "\"");
    }
    if (const Part *photo = request.part("photo"))
        checkPhoto(request, *photo, violations);
    else
        violations.emplace_back("no part is named photo");
    return violations;
}

} // namespace ooto::server
