// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners of what GLib, libsoup and json-glib hand out.
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include <memory>
#include <string>

namespace ooto::server
{

template<auto Free>
struct FreeWith {
    template<typename T>
    void operator()(T *pointer) const
    {
        Free(pointer);
    }
};

template<typename T>
using ObjectPtr = std::unique_ptr<T, FreeWith<g_object_unref>>;
using CharsPtr = std::unique_ptr<char, FreeWith<g_free>>;
using ErrorPtr = std::unique_ptr<GError, FreeWith<g_error_free>>;
using BytesPtr = std::unique_ptr<GBytes, FreeWith<g_bytes_unref>>;
using UriPtr = std::unique_ptr<GUri, FreeWith<g_uri_unref>>;
using ContextPtr = std::unique_ptr<GMainContext, FreeWith<g_main_context_unref>>;
using LoopPtr = std::unique_ptr<GMainLoop, FreeWith<g_main_loop_unref>>;
using JsonNodePtr = std::unique_ptr<JsonNode, FreeWith<json_node_unref>>;
using MultipartPtr = std::unique_ptr<SoupMultipart, FreeWith<soup_multipart_free>>;
using OptionContextPtr = std::unique_ptr<GOptionContext, FreeWith<g_option_context_free>>;

/** A source that is taken off its context when it goes. */
struct DestroySource {
    void operator()(GSource *source) const
    {
        g_source_destroy(source);
        g_source_unref(source);
    }
};
using SourcePtr = std::unique_ptr<GSource, DestroySource>;

/** Takes another reference. */
template<typename T>
ObjectPtr<T> share(T *object)
{
    return ObjectPtr<T>(object ? static_cast<T *>(g_object_ref(object)) : nullptr);
}

/** The text, which is freed; empty for nullptr. */
inline std::string take(char *text)
{
    const CharsPtr owned(text);
    return text ? text : "";
}

} // namespace ooto::server
