// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/structure_json.h"

#include <json-glib/json-glib.h>

#include <cmath>
#include <memory>

namespace ooto::metadata
{

namespace
{

struct NodeDeleter {
    void operator()(JsonNode *node) const { json_node_unref(node); }
};
using NodePtr = std::unique_ptr<JsonNode, NodeDeleter>;

NodePtr objectNode(const GstStructure *structure);

NodePtr arrayNode(const GValue *value);

NodePtr valueNode(const GValue *value)
{
    NodePtr node(json_node_alloc());
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

NodePtr arrayNode(const GValue *value)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; i < gst_value_array_get_size(value); ++i) {
        if (NodePtr element = valueNode(gst_value_array_get_value(value, i)))
            json_array_add_element(array, element.release());
    }
    NodePtr node(json_node_init_array(json_node_alloc(), array));
    json_array_unref(array);
    return node;
}

NodePtr objectNode(const GstStructure *structure)
{
    JsonObject *object = json_object_new();
    for (int i = 0; i < gst_structure_n_fields(structure); ++i) {
        const char *name = gst_structure_nth_field_name(structure, static_cast<guint>(i));
        if (NodePtr member = valueNode(gst_structure_get_value(structure, name)))
            json_object_set_member(object, name, member.release());
    }
    NodePtr node(json_node_init_object(json_node_alloc(), object));
    json_object_unref(object);
    return node;
}

} // namespace

std::string toJson(const GstStructure *structure)
{
    const NodePtr node = objectNode(structure);
    const std::unique_ptr<char, decltype(&g_free)> text(json_to_string(node.get(), FALSE), g_free);
    return text.get();
}

} // namespace ooto::metadata
