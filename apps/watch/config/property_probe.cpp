// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/property_probe.h"

#include "config/property.h"

#include <utility>

namespace ooto::watch
{

PropertyProbe::PropertyProbe(std::string factory) : factory_(std::move(factory))
{
    if (GstElement *made = gst_element_factory_make(factory_.c_str(), nullptr))
        element_.reset(static_cast<GstElement *>(gst_object_ref_sink(made)));
}

GParamSpec *PropertyProbe::find(const std::string &property) const
{
    if (!element_)
        return nullptr;
    GParamSpec *spec =
        g_object_class_find_property(G_OBJECT_GET_CLASS(element_.get()), property.c_str());
    return spec && spec->owner_type == G_OBJECT_TYPE(element_.get()) && property == spec->name
               ? spec
               : nullptr;
}

bool PropertyProbe::has(const std::string &property) const
{
    return find(property) != nullptr;
}

bool PropertyProbe::isSecret(const std::string &property) const
{
    const GParamSpec *spec = find(property);
    return spec && (spec->flags & G_PARAM_READABLE) == 0;
}

std::vector<std::string> PropertyProbe::names() const
{
    std::vector<std::string> names;
    if (!element_)
        return names;
    guint count = 0;
    const system::Handle<GParamSpec *, g_free> all(
        g_object_class_list_properties(G_OBJECT_GET_CLASS(element_.get()), &count));
    for (guint i = 0; i < count; ++i) {
        const GParamSpec *spec = all.get()[i];
        if (spec->owner_type == G_OBJECT_TYPE(element_.get()) &&
            (spec->flags & G_PARAM_WRITABLE) != 0)
            names.emplace_back(spec->name);
    }
    return names;
}

std::optional<std::string> PropertyProbe::take(const Setting &setting)
{
    return setProperty(element_.get(), setting);
}

bool PropertyProbe::boolean(const char *property) const
{
    gboolean value = FALSE;
    g_object_get(element_.get(), property, &value, nullptr);
    return value != FALSE;
}

} // namespace ooto::watch
