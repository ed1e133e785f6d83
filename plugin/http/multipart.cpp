// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/multipart.h"

#include <libsoup/soup.h>

namespace ooto::http
{

namespace
{

using MultipartHandle = system::Handle<SoupMultipart, soup_multipart_free>;
using HeadersHandle = system::Handle<SoupMessageHeaders, soup_message_headers_unref>;
using ParametersHandle = system::Handle<GHashTable, g_hash_table_unref>;

void append(SoupMultipart *multipart, const Part &part)
{
    const std::string name(part.name);
    const std::string fileName(part.fileName);
    const ParametersHandle parameters(g_hash_table_new(g_str_hash, g_str_equal));
    g_hash_table_insert(parameters.get(), const_cast<char *>("name"),
                        const_cast<char *>(name.c_str()));
    if (!fileName.empty())
        g_hash_table_insert(parameters.get(), const_cast<char *>("filename"),
                            const_cast<char *>(fileName.c_str()));
    const HeadersHandle headers(soup_message_headers_new(SOUP_MESSAGE_HEADERS_MULTIPART));
    soup_message_headers_set_content_disposition(headers.get(), "form-data", parameters.get());
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
