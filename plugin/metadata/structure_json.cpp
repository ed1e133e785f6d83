// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/structure_json.h"

#include "system/handles.h"

#include <json-glib/json-glib.h>

#include <cmath>

namespace ooto::metadata
{

namespace
{

using NodeHandle = system::Handle<JsonNode, json_node_unref>;
using JsonArrayHandle = system::Handle<JsonArray, json_array_unref>;
using JsonObjectHandle = system::Handle<JsonObject, json_object_unref>;

NodeHandle objectNode(const GstStructure *structure);

NodeHandle arrayNode(const GValue *value);

NodeHandle valueNode(const GValue *value)
{
    NodeHandle node(json_node_alloc());
    const auto setInt = [&node](gint64 number) { json_node_init_int(node.get(), number); };
    if (G_VALUE_HOLDS_STRING(value) && g_value_get_string(value))
        json_node_init_string(node.get(), g_value_get_string(value));
    else if (G_VALUE_HOLDS_BOOLEAN(value))
        json_node_init_boolean(node.get(), g_value_get_boolean(value));
    else if (G_VALUE_HOLDS_INT(value))
        setInt(g_value_get_int(value));
    else if (G_VALUE_HOLDS_UINT(value))
        setInt(g_value_get_uint(value));
    else if (G_VALUE_HOLDS_INT64(value))
        setInt(g_value_get_int64(value));
    else if (G_VALUE_HOLDS_UINT64(value))
        setInt(static_cast<gint64>(g_value_get_uint64(value)));
    else if (G_VALUE_HOLDS_DOUBLE(value) && std::isfinite(g_value_get_double(value)))
        json_node_init_double(node.get(), g_value_get_double(value));
    else if (GST_VALUE_HOLDS_STRUCTURE(value))
        return objectNode(gst_value_get_structure(value));
    else if (GST_VALUE_HOLDS_ARRAY(value))
        return arrayNode(value);
    else
        return nullptr;
    return node;
}

NodeHandle arrayNode(const GValue *value)
{
    const JsonArrayHandle array(json_array_new());
    for (guint i = 0; i < gst_value_array_get_size(value); ++i) {
        if (NodeHandle element = valueNode(gst_value_array_get_value(value, i)))
            json_array_add_element(array.get(), element.release());
    }
    NodeHandle node(json_node_init_array(json_node_alloc(), array.get()));
    return node;
}

NodeHandle objectNode(const GstStructure *structure)
{
    const JsonObjectHandle object(json_object_new());
    for (int i = 0; i < gst_structure_n_fields(structure); ++i) {
        const char *name = gst_structure_nth_field_name(structure, static_cast<guint>(i));
        if (NodeHandle member = valueNode(gst_structure_get_value(structure, name)))
            json_object_set_member(object.get(), name, member.release());
    }
    NodeHandle node(json_node_init_object(json_node_alloc(), object.get()));
    return node;
}

} // namespace

std::string toJson(const GstStructure *structure)
{
    const NodeHandle node = objectNode(structure);
    return system::CharsHandle(json_to_string(node.get(), FALSE)).get();
}

} // namespace ooto::metadata
