// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/photo_message.h"

#include "service/answer_parser.h"

#include <libsoup/soup.h>

#include <string>

namespace ooto::service
{

namespace
{

using MultipartHandle = system::Handle<SoupMultipart, soup_multipart_free>;
using HeadersHandle = system::Handle<SoupMessageHeaders, soup_message_headers_unref>;
using Photo = std::shared_ptr<const std::vector<std::uint8_t>>;

/** The photo's own bytes, which the GBytes keep alive. */
system::BytesHandle borrowBytes(const Photo &photo)
{
    return system::BytesHandle(g_bytes_new_with_free_func(
        photo->data(), photo->size(), [](gpointer keeper) { delete static_cast<Photo *>(keeper); },
        new Photo(photo)));
}

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
    const MultipartHandle multipart(soup_multipart_new(SOUP_FORM_MIME_TYPE_MULTIPART));
    const system::BytesHandle photo = borrowBytes(
        request.photo ? request.photo : std::make_shared<const std::vector<std::uint8_t>>());
    soup_multipart_append_form_file(multipart.get(), "photo",
                                    request.png ? "photo.png" : "photo.jpg",
                                    request.png ? "image/png" : "image/jpeg", photo.get());
    // This copies the photo, as libsoup has no body of several parts; it is the only copy.
    const HeadersHandle headers(soup_message_headers_new(SOUP_MESSAGE_HEADERS_MULTIPART));
    GBytes *bytes = nullptr;
    soup_multipart_to_message(multipart.get(), headers.get(), &bytes);
    return {.url = addressFor(settings, request),
            .method = "POST",
            .headers = {{"APP-ID", settings.appId}, {"Accept", "application/json"}},
            .secretHeaders = {{"APP-KEY", key}},
            .contentType = soup_message_headers_get_one(headers.get(), "Content-Type"),
            .body = system::BytesHandle(bytes),
            .timeout = request.timeout,
            .longestBody = maxAnswerBytes};
}

} // namespace ooto::service
