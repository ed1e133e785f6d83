// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners of what GLib, libsoup and json-glib give out.
#pragma once

#include "system/handles.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

namespace ooto::enrol
{

using system::ErrorOut;
using system::Handle;
template<typename T>
using Object = system::ObjectHandle<T>;
using Bytes = system::BytesHandle;
using Chars = system::CharsHandle;
using Error = system::ErrorHandle;
using KeyFile = system::KeyFileHandle;
using Multipart = Handle<SoupMultipart, soup_multipart_free>;
using Node = Handle<JsonNode, json_node_unref>;
using Strings = Handle<char *, g_strfreev>;
using Uri = system::UriHandle;

} // namespace ooto::enrol
