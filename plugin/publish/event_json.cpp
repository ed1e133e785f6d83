// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/event_json.h"

#include "metadata/face_fields.h"
#include "system/handles.h"

#include <json-glib/json-glib.h>

namespace ooto::publish
{

namespace
{

/** Text is put in front of the object's end: so what the writer wrote stays, to the last digit. */
std::string withMember(std::string json, const char *name, const std::string &value)
{
    const std::size_t end = json.find_last_not_of(" \t\r\n");
    if (end == std::string::npos || json[end] != '}' || json.front() != '{')
        return json;
    const std::size_t last = json.find_last_not_of(" \t\r\n", end - 1);
    const bool isEmpty = last == std::string::npos || json[last] == '{';
    json.insert(end, std::string(isEmpty ? "" : ",") + "\"" + name + "\":" + value);
    return json;
}

std::string quoted(const std::string &text)
{
    const system::Handle<JsonNode, json_node_unref> node(
        json_node_init_string(json_node_alloc(), text.c_str()));
    const system::CharsHandle json(json_to_string(node.get(), FALSE));
    return json.get();
}

} // namespace

std::string withPhotoUri(std::string json, const std::string &uri)
{
    return withMember(std::move(json), metadata::field::photoUri, quoted(uri));
}

std::string withFrameUri(std::string json, const std::string &uri)
{
    return withMember(std::move(json), metadata::field::frameUri, quoted(uri));
}

std::string withDelay(std::string json, std::chrono::milliseconds waited)
{
    if (waited <= shortestDelay)
        return json;
    return withMember(std::move(json), metadata::field::delayedMs, std::to_string(waited.count()));
}

} // namespace ooto::publish
