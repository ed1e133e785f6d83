// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/multipart.h"

#include <libsoup/soup.h>

namespace ooto::http
{

namespace
{

using MultipartHandle = system::Handle<SoupMultipart, soup_multipart_free>;
using HeadersHandle = system::Handle<SoupMessageHeaders, soup_message_headers_unref>;

void freeString(GString *string)
{
    g_string_free(string, TRUE);
}

/** In quotes: what is no quoted string some receivers do not read. */
std::string disposition(const Part &part)
{
    const system::Handle<GString, freeString> text(g_string_new("form-data; "));
    soup_header_g_string_append_param_quoted(text.get(), "name", std::string(part.name).c_str());
    if (!part.fileName.empty()) {
        g_string_append(text.get(), "; ");
        soup_header_g_string_append_param_quoted(text.get(), "filename",
                                                 std::string(part.fileName).c_str());
    }
    return text->str;
}

void append(SoupMultipart *multipart, const Part &part)
{
    const HeadersHandle headers(soup_message_headers_new(SOUP_MESSAGE_HEADERS_MULTIPART));
    soup_message_headers_append(headers.get(), "Content-Disposition", disposition(part).c_str());
    soup_message_headers_append(headers.get(), "Content-Type",
                                std::string(part.contentType).c_str());
    const system::BytesHandle bytes(g_bytes_new_static(part.bytes.data(), part.bytes.size()));
    soup_multipart_append_part(multipart, headers.get(), bytes.get());
}

} // namespace

Multipart makeMultipart(const std::vector<Part> &parts)
{
    const MultipartHandle multipart(soup_multipart_new(SOUP_FORM_MIME_TYPE_MULTIPART));
    for (const Part &part : parts)
        append(multipart.get(), part);
    const HeadersHandle headers(soup_message_headers_new(SOUP_MESSAGE_HEADERS_MULTIPART));
    GBytes *bytes = nullptr;
    soup_multipart_to_message(multipart.get(), headers.get(), &bytes);
    return {.contentType = soup_message_headers_get_one(headers.get(), "Content-Type"),
            .body = system::BytesHandle(bytes)};
}

} // namespace ooto::http
