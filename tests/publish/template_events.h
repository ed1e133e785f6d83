// SPDX-License-Identifier: LGPL-2.1-or-later
// Events for templates.
#pragma once

#include "publish/template.h"

#include <json-glib/json-glib.h>

#include <map>
#include <string>

namespace ooto::test
{

/** Quotes, tags of XML and Mustache, separators, a line break, a mark that reorders, an emoji. */
inline const std::string hostileName =
    "Zo\u00eb \"O'Neil\" </Name>|{{x}}\\\n+/#$ \u202eRTL \U0001F600";

inline std::string jsonString(const std::string &text)
{
    JsonNode *node = json_node_init_string(json_node_alloc(), text.c_str());
    char *json = json_to_string(node, FALSE);
    std::string result = json;
    g_free(json);
    json_node_unref(node);
    return result;
}

/** Members as JSON; those of `more` win. An empty value leaves a member out. */
inline std::string eventJson(const std::map<std::string, std::string> &more = {})
{
    std::map<std::string, std::string> members = {
        {"type", "\"answered\""},
        {"event-id", "\"d9k8txh04zq7m2rkc1x5p-000000000005\""},
        {"sequence", "5"},
        {"camera", "\"door\""},
        {"track-id", "2"},
        {"visit-id", "\"door-d9k8txh04zq7m2rkc1x5p-2\""},
        {"status", "\"identified\""},
        {"template-id", "\"Grace Hopper\""},
        {"name", "\"Rear Admiral\""},
        {"similarity", "0.98"},
        {"frame-width", "512"},
        {"frame-height", "256"},
        {"detection-score", "0.75"},
        {"attempts", "1"},
        {"box", "[0.25,0.125,0.5,0.25]"},
        {"wall-clock", "\"2025-01-31T12:00:00.923456Z\""},
        {"received", "\"2025-01-31T12:00:01.301122Z\""},
        {"since", "\"2025-01-31T11:59:56.563456Z\""},
        {"asked-wall-clock", "\"2025-01-31T12:00:00.123456Z\""},
        {"age-ms", "300"},
        {"quality", R"({"blur":0.5,"blur-fine":true,"flare-fine":false})"},
    };
    for (const auto &[name, value] : more)
        members[name] = value;
    std::string json;
    for (const auto &[name, value] : members) {
        if (!value.empty())
            json += (json.empty() ? "" : ",") + jsonString(name) + ":" + value;
    }
    return "{" + json + "}";
}

inline publish::TemplateFacts factsOf(const std::map<std::string, std::string> &more = {})
{
    return {.json = eventJson(more), .cameraAlias = {}, .prefix = "ooto", .photo = {}};
}

} // namespace ooto::test
