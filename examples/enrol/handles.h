// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners of what GLib, libsoup and json-glib give out.
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include <memory>
#include <string>

namespace ooto::enrol
{

template<auto Release>
struct Releaser {
    template<typename T>
    void operator()(T *held) const
    {
        Release(held);
    }
};
template<typename T, auto Release>
using Handle = std::unique_ptr<T, Releaser<Release>>;
template<typename T>
using Object = Handle<T, g_object_unref>;
using Bytes = Handle<GBytes, g_bytes_unref>;
using Chars = Handle<char, g_free>;
using Error = Handle<GError, g_error_free>;
using KeyFile = Handle<GKeyFile, g_key_file_unref>;
using Multipart = Handle<SoupMultipart, soup_multipart_free>;
using Node = Handle<JsonNode, json_node_unref>;
using Strings = Handle<char *, g_strfreev>;
using Uri = Handle<GUri, g_uri_unref>;

/** Takes the error that a function of GLib gives out, for the length of its call. */
class ErrorOut
{
public:
    explicit ErrorOut(Error &error) : error_(error) {}
    ErrorOut(const ErrorOut &) = delete;
    ErrorOut &operator=(const ErrorOut &) = delete;
    ~ErrorOut() { error_.reset(raw_); }
    operator GError **() { return &raw_; }

private:
    Error &error_;
    GError *raw_ = nullptr;
};

} // namespace ooto::enrol
