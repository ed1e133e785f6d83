// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/switch_request.h"

#include "system/handles.h"

#include <json-glib/json-glib.h>

namespace ooto::watch
{

namespace
{

constexpr std::string_view prefix = "/cameras/";
constexpr std::string_view suffix = "/active";

std::optional<bool> booleanOf(JsonNode *node)
{
    if (!node || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_BOOLEAN)
        return std::nullopt;
    return json_node_get_boolean(node) != FALSE;
}

} // namespace

std::optional<std::string> switchedCamera(std::string_view path)
{
    if (!path.starts_with(prefix) || !path.ends_with(suffix) ||
        path.size() <= prefix.size() + suffix.size())
        return std::nullopt;
    const std::string escaped(
        path.substr(prefix.size(), path.size() - prefix.size() - suffix.size()));
    if (escaped.find('/') != std::string::npos)
        return std::nullopt;
    const system::CharsHandle name(g_uri_unescape_string(escaped.c_str(), nullptr));
    if (!name || !g_utf8_validate(name.get(), -1, nullptr))
        return std::nullopt;
    return name.get();
}

std::optional<bool> switchedTo(std::string_view body)
{
    const system::ObjectHandle<JsonParser> parser(json_parser_new());
    if (!json_parser_load_from_data(parser.get(), body.data(), static_cast<gssize>(body.size()),
                                    nullptr))
        return std::nullopt;
    JsonNode *root = json_parser_get_root(parser.get());
    if (root && JSON_NODE_HOLDS_OBJECT(root))
        return booleanOf(json_object_get_member(json_node_get_object(root), "active"));
    return booleanOf(root);
}

} // namespace ooto::watch
