// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/photo_message.h"

#include "http/multipart.h"
#include "service/answer_parser.h"

#include <string>
#include <string_view>
#include <utility>

namespace ooto::service
{

namespace
{

std::string addressFor(const ConnectionSettings &settings, const Request &request)
{
    std::string address = settings.endpoint;
    char separator = '?';
    const auto add = [&address, &separator](const char *flag) {
        address += separator;
        address += flag;
        separator = '&';
    };
    // A flag that is not asked for is left out: that is what the service documents as "no".
    if (request.checkLiveness)
        add("check_liveness=true");
    if (request.checkDeepfake)
        add("check_deepfake=true");
    return address;
}

} // namespace

http::Request makePhotoMessage(const ConnectionSettings &settings, const Request &request,
                               const system::Secret &key)
{
    const std::string_view photo =
        request.photo ? std::string_view(reinterpret_cast<const char *>(request.photo->data()),
                                         request.photo->size())
                      : std::string_view();
    http::Multipart message =
        http::makeMultipart({{.name = "photo",
                              .fileName = request.png ? "photo.png" : "photo.jpg",
                              .contentType = request.png ? "image/png" : "image/jpeg",
                              .bytes = photo}});
    return {.url = addressFor(settings, request),
            .method = "POST",
            .headers = {{"APP-ID", settings.appId}, {"Accept", "application/json"}},
            .secretHeaders = {{"APP-KEY", key}},
            .contentType = std::move(message.contentType),
            .body = std::move(message.body),
            .timeout = request.timeout,
            .longestBody = maxAnswerBytes};
}

} // namespace ooto::service
