// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http_request.h"
#include "glib_handles.h"
#include "photo_file.h"

#include <algorithm>

namespace ooto::server
{
namespace
{

constexpr goffset largestBody = 16 << 20; ///< bytes; more is answered by 413
constexpr const char *tooLargeMark = "ooto-too-large";

/** Reads too large a body on, or the client would see a reset and no answer, but keeps none. */
void forgetBody(SoupServerMessage *message)
{
    SoupMessageBody *body = soup_server_message_get_request_body(message);
    soup_message_body_set_accumulate(body, FALSE);
    soup_message_body_truncate(body);
    g_object_set_data(G_OBJECT(message), tooLargeMark, GINT_TO_POINTER(1));
}

std::string unescaped(const std::string &text)
{
    const CharsPtr decoded(g_uri_unescape_string(text.c_str(), nullptr));
    return decoded ? decoded.get() : text;
}

std::vector<std::pair<std::string, std::string>> parseQuery(const std::string &query)
{
    std::vector<std::pair<std::string, std::string>> flags;
    for (std::size_t at = 0; at < query.size();) {
        const std::size_t end = std::min(query.find('&', at), query.size());
        const std::string item = query.substr(at, end - at);
        const std::size_t equals = std::min(item.find('='), item.size());
        if (!item.empty())
            flags.emplace_back(unescaped(item.substr(0, equals)),
                               equals < item.size() ? unescaped(item.substr(equals + 1))
                                                    : std::string());
        at = end + 1;
    }
    return flags;
}

std::string valueOf(SoupMessageHeaders *headers, const char *name)
{
    const char *value = soup_message_headers_get_one(headers, name);
    return value ? value : "";
}

Part readPart(SoupMultipart *multipart, int index)
{
    Part part;
    SoupMessageHeaders *headers = nullptr;
    GBytes *body = nullptr;
    if (!soup_multipart_get_part(multipart, index, &headers, &body))
        return part;
    part.contentDisposition = valueOf(headers, "Content-Disposition");
    part.contentType = valueOf(headers, "Content-Type");
    GHashTable *parameters = nullptr;
    if (char *kind = nullptr;
        soup_message_headers_get_content_disposition(headers, &kind, &parameters)) {
        g_free(kind);
        if (const auto *name = static_cast<char *>(g_hash_table_lookup(parameters, "name")))
            part.name = name;
        if (const auto *file = static_cast<char *>(g_hash_table_lookup(parameters, "filename")))
            part.fileName = file;
        g_hash_table_unref(parameters);
    }
    gsize size = 0;
    const auto *data = static_cast<const std::uint8_t *>(g_bytes_get_data(body, &size));
    part.bytes.assign(data, data + size);
    return part;
}

void readBody(SoupServerMessage *message, ReceivedRequest &request)
{
    const BytesPtr body(soup_message_body_flatten(soup_server_message_get_request_body(message)));
    const MultipartPtr multipart(soup_multipart_new_from_message(
        soup_server_message_get_request_headers(message), body.get()));
    if (!multipart) {
        gsize size = 0;
        const auto *data = static_cast<const char *>(g_bytes_get_data(body.get(), &size));
        request.body.assign(data, data + size);
        return;
    }
    request.multipart = true;
    for (int i = 0; i < soup_multipart_get_length(multipart.get()); ++i)
        request.parts.push_back(readPart(multipart.get(), i));
    if (const Part *photo = request.part("photo")) {
        const PhotoFile file = readPhotoFile(photo->bytes);
        request.photoWidth = file.width;
        request.photoHeight = file.height;
    }
}

std::uint16_t remotePort(SoupServerMessage *message)
{
    GSocketAddress *address = soup_server_message_get_remote_address(message);
    return address && G_IS_INET_SOCKET_ADDRESS(address)
               ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address))
               : 0;
}

} // namespace

void limitBody(SoupServerMessage *message)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CONTENT_LENGTH &&
        soup_message_headers_get_content_length(headers) > largestBody) {
        forgetBody(message);
        return;
    }
    using GotChunk = void (*)(SoupServerMessage *, GBytes *, gpointer);
    const GotChunk grow = [](SoupServerMessage *growing, GBytes *, gpointer) {
        if (soup_server_message_get_request_body(growing)->length > largestBody)
            forgetBody(growing);
    };
    g_signal_connect(message, "got-chunk", G_CALLBACK(grow), nullptr);
}

ReceivedRequest readRequest(SoupServerMessage *message, const char *path, const std::string &appId,
                            const std::string &appKey)
{
    ReceivedRequest request;
    request.arrived = std::chrono::system_clock::now();
    request.arrivedSteady = std::chrono::steady_clock::now();
    request.remotePort = remotePort(message);
    request.method = soup_server_message_get_method(message);
    request.path = path ? path : "";
    const char *query = g_uri_get_query(soup_server_message_get_uri(message));
    request.query = query ? query : "";
    request.flags = parseQuery(request.query);

    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    SoupMessageHeadersIter each;
    soup_message_headers_iter_init(&each, headers);
    for (const char *name = nullptr, *value = nullptr;
         soup_message_headers_iter_next(&each, &name, &value);)
        request.header.emplace_back(name, g_ascii_strcasecmp(name, "APP-KEY") ? value : "");
    request.appIdRight = valueOf(headers, "APP-ID") == appId;
    request.appKeyRight = valueOf(headers, "APP-KEY") == appKey;

    request.tooLarge = g_object_get_data(G_OBJECT(message), tooLargeMark) != nullptr;
    if (!request.tooLarge)
        readBody(message, request);
    return request;
}

} // namespace ooto::server
