// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/json_fields.h"

#include "system/plain_text.h"

#include <algorithm>
#include <cmath>

namespace ooto::service
{

std::optional<double> numberIn(JsonNode *node, double low, double high)
{
    if (!node || !JSON_NODE_HOLDS_VALUE(node))
        return std::nullopt;
    const GType type = json_node_get_value_type(node);
    if (type != G_TYPE_DOUBLE && type != G_TYPE_INT64)
        return std::nullopt;
    const double value = json_node_get_double(node);
    // Written so that a NaN fails; json-glib reads 1e999 as infinite.
    if (!(value >= low - rangeTolerance && value <= high + rangeTolerance))
        return std::nullopt;
    return std::clamp(value, low, high);
}

JsonNode *JsonFields::node(const char *name) const
{
    return object_ ? json_object_get_member(object_, name) : nullptr;
}

JsonFields JsonFields::object(const char *name) const
{
    JsonNode *member = node(name);
    return JsonFields(member && JSON_NODE_HOLDS_OBJECT(member) ? json_node_get_object(member)
                                                               : nullptr);
}

JsonArray *JsonFields::array(const char *name) const
{
    JsonNode *member = node(name);
    return member && JSON_NODE_HOLDS_ARRAY(member) ? json_node_get_array(member) : nullptr;
}

std::optional<double> JsonFields::number(const char *name, double low, double high) const
{
    return numberIn(node(name), low, high);
}

std::optional<int> JsonFields::integer(const char *name, int low, int high) const
{
    const auto value = number(name, low, high);
    if (!value || *value != std::floor(*value))
        return std::nullopt;
    return static_cast<int>(*value);
}

std::optional<bool> JsonFields::boolean(const char *name) const
{
    JsonNode *member = node(name);
    if (!member || !JSON_NODE_HOLDS_VALUE(member) ||
        json_node_get_value_type(member) != G_TYPE_BOOLEAN)
        return std::nullopt;
    return json_node_get_boolean(member) != FALSE;
}

const char *JsonFields::string(const char *name) const
{
    JsonNode *member = node(name);
    if (!member || !JSON_NODE_HOLDS_VALUE(member) ||
        json_node_get_value_type(member) != G_TYPE_STRING)
        return "";
    const char *value = json_node_get_string(member);
    return value ? value : "";
}

std::optional<std::string> JsonFields::text(const char *name) const
{
    const std::string_view text = system::trimmed(string(name));
    if (text.empty() || text.size() > system::maxTextBytes || !system::isPlainText(text))
        return std::nullopt;
    return std::string(text);
}

std::string JsonFields::shownText(const char *name) const
{
    return system::plainText(string(name));
}

} // namespace ooto::service
