// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners of what GLib, libsoup and json-glib hand out.
#pragma once

#include "system/handles.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include <memory>
#include <string>

namespace ooto::server
{

template<typename T>
using ObjectPtr = system::ObjectHandle<T>;
using CharsPtr = system::CharsHandle;
using ErrorPtr = system::ErrorHandle;
using BytesPtr = system::BytesHandle;
using UriPtr = system::UriHandle;
using ContextPtr = system::ContextHandle;
using LoopPtr = system::Handle<GMainLoop, g_main_loop_unref>;
using JsonNodePtr = system::Handle<JsonNode, json_node_unref>;
using MultipartPtr = system::Handle<SoupMultipart, soup_multipart_free>;
using OptionContextPtr = system::Handle<GOptionContext, g_option_context_free>;

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
