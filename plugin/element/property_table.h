// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of an element: each declared once, beside the field of the settings that it sets.
#pragma once

#include "system/secret.h"

#include <gst/gst.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace ooto::element
{

inline constexpr auto whilePlaying = static_cast<GParamFlags>(
    G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
inline constexpr auto whenReady =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
inline constexpr auto writeOnly =
    static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
inline constexpr auto writeOnlyWhenReady =
    static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

/** A property of an element whose settings are the plain values of a `Settings`. */
template<typename Settings>
struct Property {
    GParamSpec *spec; ///< borrowed: the class owns it, and classes of a plugin stay
    std::function<void(Settings &, const GValue *)> set;
    std::function<void(const Settings &, GValue *)> get; ///< empty: never readable
};

/** Of one class. Ids are 1, 2, … in the order of the properties. */
template<typename Settings>
class PropertyTable
{
public:
    explicit PropertyTable(std::vector<Property<Settings>> properties)
        : properties_(std::move(properties))
    {
    }

    /** @return the id of the last one */
    unsigned install(GObjectClass *klass) const
    {
        unsigned id = 0;
        for (const Property<Settings> &property : properties_)
            g_object_class_install_property(klass, ++id, property.spec);
        return id;
    }
    /** @return false where there is no such property, or it cannot be written */
    bool set(Settings &settings, unsigned id, const GValue *value) const
    {
        const Property<Settings> *property = find(id);
        if (!property || !property->set)
            return false;
        property->set(settings, value);
        return true;
    }
    /** @return false where there is no such property, or it cannot be read */
    bool get(const Settings &settings, unsigned id, GValue *value) const
    {
        const Property<Settings> *property = find(id);
        if (!property || !property->get)
            return false;
        property->get(settings, value);
        return true;
    }
    /** Whether it takes effect when the element starts the next time, and no sooner. */
    bool waitsForStart(unsigned id) const
    {
        const Property<Settings> *property = find(id);
        return property && (property->spec->flags & GST_PARAM_MUTABLE_READY) != 0;
    }
    /** Whether both have the same value of it; of one that cannot be read, false. */
    bool isSame(const Settings &a, const Settings &b, unsigned id) const
    {
        const Property<Settings> *property = find(id);
        if (!property || !property->get)
            return false;
        GValue values[2] = {G_VALUE_INIT, G_VALUE_INIT};
        const Settings *settings[2] = {&a, &b};
        for (int i = 0; i < 2; ++i) {
            g_value_init(&values[i], property->spec->value_type);
            property->get(*settings[i], &values[i]);
        }
        const bool same = g_param_values_cmp(property->spec, &values[0], &values[1]) == 0;
        for (GValue &value : values)
            g_value_unset(&value);
        return same;
    }

private:
    const Property<Settings> *find(unsigned id) const
    {
        return id >= 1 && id <= properties_.size() ? &properties_[id - 1] : nullptr;
    }

    std::vector<Property<Settings>> properties_;
};

/** Registers an enum that gst-inspect shows with the plugin. @param values static */
inline GType enumType(const char *name, const GEnumValue *values)
{
    const GType type = g_enum_register_static(name, values);
    gst_type_mark_as_plugin_api(type, static_cast<GstPluginAPIFlags>(0));
    return type;
}

/** Registers flags likewise. @param values static */
inline GType flagsType(const char *name, const GFlagsValue *values)
{
    const GType type = g_flags_register_static(name, values);
    gst_type_mark_as_plugin_api(type, static_cast<GstPluginAPIFlags>(0));
    return type;
}

/** Empty is NULL, and the other way round. */
template<typename Settings>
Property<Settings> text(std::string Settings::*field, const char *name, const char *nick,
                        const char *blurb, GParamFlags flags)
{
    const std::string initial = Settings().*field;
    return {
        g_param_spec_string(name, nick, blurb, initial.empty() ? nullptr : initial.c_str(), flags),
        [field](Settings &settings, const GValue *value) {
            const char *given = g_value_get_string(value);
            settings.*field = given ? given : "";
        },
        [field](const Settings &settings, GValue *value) {
            const std::string &current = settings.*field;
            g_value_set_string(value, current.empty() ? nullptr : current.c_str());
        }};
}

/** Setting NULL gives the default back. */
template<typename Settings>
Property<Settings> textWithDefault(std::string Settings::*field, const char *name, const char *nick,
                                   const char *blurb, GParamFlags flags)
{
    Property<Settings> property = text(field, name, nick, blurb, flags);
    property.set = [field](Settings &settings, const GValue *value) {
        const char *given = g_value_get_string(value);
        settings.*field = given ? std::string(given) : Settings().*field;
    };
    return property;
}

/** Never readable. */
template<typename Settings>
Property<Settings> secret(system::Secret Settings::*field, const char *name, const char *nick,
                          const char *blurb, GParamFlags flags)
{
    return {g_param_spec_string(name, nick, blurb, nullptr, flags),
            [field](Settings &settings, const GValue *value) {
                const char *given = g_value_get_string(value);
                settings.*field = system::Secret(given ? given : "");
            },
            nullptr};
}

template<typename Settings>
Property<Settings> toggle(bool Settings::*field, const char *name, const char *nick,
                          const char *blurb, GParamFlags flags)
{
    return {g_param_spec_boolean(name, nick, blurb, Settings().*field, flags),
            [field](Settings &settings, const GValue *value) {
                settings.*field = g_value_get_boolean(value) != FALSE;
            },
            [field](const Settings &settings, GValue *value) {
                g_value_set_boolean(value, settings.*field);
            }};
}

/** Any number, with a param spec of its own. */
template<typename Settings, typename Number>
Property<Settings> number(Number Settings::*field, GParamSpec *spec, Number (*read)(const GValue *),
                          void (*write)(GValue *, Number))
{
    return {
        spec,
        [field, read](Settings &settings, const GValue *value) { settings.*field = read(value); },
        [field, write](const Settings &settings, GValue *value) { write(value, settings.*field); }};
}

template<typename Settings>
Property<Settings> count(unsigned Settings::*field, const char *name, const char *nick,
                         const char *blurb, unsigned least, unsigned most, GParamFlags flags)
{
    return number(field,
                  g_param_spec_uint(name, nick, blurb, least, most, Settings().*field, flags),
                  g_value_get_uint, g_value_set_uint);
}

template<typename Settings>
Property<Settings> real(double Settings::*field, const char *name, const char *nick,
                        const char *blurb, double least, double most, GParamFlags flags)
{
    return number(field,
                  g_param_spec_double(name, nick, blurb, least, most, Settings().*field, flags),
                  g_value_get_double, g_value_set_double);
}

/** @param type a registered enum whose values are those of `Enum` */
template<typename Settings, typename Enum>
Property<Settings> choice(Enum Settings::*field, GType type, const char *name, const char *nick,
                          const char *blurb, GParamFlags flags)
{
    return {g_param_spec_enum(name, nick, blurb, type, static_cast<int>(Settings().*field), flags),
            [field](Settings &settings, const GValue *value) {
                settings.*field = static_cast<Enum>(g_value_get_enum(value));
            },
            [field](const Settings &settings, GValue *value) {
                g_value_set_enum(value, static_cast<int>(settings.*field));
            }};
}

} // namespace ooto::element
