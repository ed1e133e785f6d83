// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/settings_change.h"

#include "config/property.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace ooto::watch
{

namespace
{

const Setting *find(const Settings &settings, const std::string &property)
{
    const auto found = std::find_if(settings.begin(), settings.end(), [&](const Setting &setting) {
        return setting.property == property;
    });
    return found == settings.end() ? nullptr : &*found;
}

/** The properties that differ, those that are not set any more included. */
std::vector<std::string> changed(const Settings &before, const Settings &after)
{
    std::vector<std::string> names;
    for (const Setting &setting : after) {
        const Setting *old = find(before, setting.property);
        if (!old || old->value != setting.value)
            names.push_back(setting.property);
    }
    for (const Setting &setting : before) {
        if (!find(after, setting.property))
            names.push_back(setting.property);
    }
    return names;
}

bool canChange(const char *factory, const Settings &before, const Settings &after)
{
    const std::vector<std::string> names = changed(before, after);
    if (names.empty())
        return true;
    GstElement *made = gst_element_factory_make(factory, nullptr);
    if (!made)
        return false;
    const system::ObjectHandle<GstElement> element(
        static_cast<GstElement *>(gst_object_ref_sink(made)));
    return std::all_of(names.begin(), names.end(), [made](const std::string &name) {
        return mayChangeWhilePlaying(made, name);
    });
}

void setDefault(GstElement *element, const std::string &property)
{
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property.c_str());
    if (!spec)
        return;
    GValue value = G_VALUE_INIT;
    g_value_init(&value, G_PARAM_SPEC_VALUE_TYPE(spec));
    g_param_value_set_default(spec, &value);
    g_object_set_property(G_OBJECT(element), property.c_str(), &value);
    g_value_unset(&value);
}

void apply(GstElement *element, const Settings &before, const Settings &after)
{
    for (const std::string &name : changed(before, after)) {
        if (const Setting *setting = find(after, name))
            setProperty(element, *setting);
        else
            setDefault(element, name);
    }
}

/** All but properties of elements, and what only the camera's life needs. */
bool isBuiltAlike(const CameraConfig &before, const CameraConfig &after)
{
    return before.name == after.name && before.uri == after.uri && before.launch == after.launch &&
           before.userId == after.userId && before.userPw == after.userPw &&
           before.transport == after.transport && before.latency == after.latency &&
           before.preview == after.preview && before.targets == after.targets;
}

} // namespace

bool canChangeWhilePlaying(const CameraPlan &before, const CameraPlan &after)
{
    if (!isBuiltAlike(before.config, after.config) ||
        before.targets.size() != after.targets.size() ||
        !canChange("ootoidentify", before.config.identify, after.config.identify))
        return false;
    return std::equal(before.targets.begin(), before.targets.end(), after.targets.begin(),
                      [](const TargetConfig &one, const TargetConfig &other) {
                          return canChangeWhilePlaying(one, other);
                      });
}

bool canChangeWhilePlaying(const TargetConfig &before, const TargetConfig &after)
{
    return before.name == after.name &&
           canChange("ootopublish", before.properties, after.properties);
}

void applyChanges(const TargetConfig &before, const TargetConfig &after, GstElement *publish)
{
    apply(publish, before.properties, after.properties);
}

void applyChanges(const CameraPlan &before, const CameraPlan &after, const CameraPipeline &pipeline)
{
    apply(pipeline.identify(), before.config.identify, after.config.identify);
    const auto &publishers = pipeline.publishers();
    for (std::size_t i = 0; i < publishers.size(); ++i)
        applyChanges(before.targets[i], after.targets[i], publishers[i]);
}

} // namespace ooto::watch
