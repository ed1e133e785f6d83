// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/property.h"

#include "system/handles.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace ooto::watch
{

namespace
{

class Value
{
public:
    explicit Value(GType type) { g_value_init(&value_, type); }
    ~Value() { g_value_unset(&value_); }
    Value(const Value &) = delete;
    Value &operator=(const Value &) = delete;
    GValue *get() { return &value_; }

private:
    GValue value_ = G_VALUE_INIT;
};

std::string number(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.15g", value);
    return text.data();
}

std::string nicks(GParamSpec *spec)
{
    std::string list;
    const auto add = [&list](const char *nick) {
        list += (list.empty() ? "" : ", ") + std::string(nick);
    };
    if (G_IS_PARAM_SPEC_ENUM(spec)) {
        const GEnumClass *all = G_PARAM_SPEC_ENUM(spec)->enum_class;
        for (guint i = 0; i < all->n_values; ++i)
            add(all->values[i].value_nick);
    } else {
        const GFlagsClass *all = G_PARAM_SPEC_FLAGS(spec)->flags_class;
        for (guint i = 0; i < all->n_values; ++i)
            add(all->values[i].value_nick);
    }
    return list;
}

template<typename Number>
std::string wholeRange(Number least, Number most)
{
    const std::string from = "takes a whole number from " + std::to_string(least);
    return most == std::numeric_limits<Number>::max() ? from + " on"
                                                      : from + " to " + std::to_string(most);
}

std::string fractionRange(const GstParamSpecFraction *spec)
{
    return "takes a fraction such as 5/1, from " + std::to_string(spec->min_num) + "/" +
           std::to_string(spec->min_den) + " to " + std::to_string(spec->max_num) + "/" +
           std::to_string(spec->max_den);
}

/** What it takes, for people. */
std::string whatItTakes(GParamSpec *spec)
{
    switch (G_TYPE_FUNDAMENTAL(spec->value_type)) {
    case G_TYPE_STRING:
        return "takes a text in UTF-8";
    case G_TYPE_BOOLEAN:
        return "takes true or false";
    case G_TYPE_INT:
        return wholeRange(G_PARAM_SPEC_INT(spec)->minimum, G_PARAM_SPEC_INT(spec)->maximum);
    case G_TYPE_UINT:
        return wholeRange(G_PARAM_SPEC_UINT(spec)->minimum, G_PARAM_SPEC_UINT(spec)->maximum);
    case G_TYPE_INT64:
        return wholeRange(G_PARAM_SPEC_INT64(spec)->minimum, G_PARAM_SPEC_INT64(spec)->maximum);
    case G_TYPE_UINT64:
        return wholeRange(G_PARAM_SPEC_UINT64(spec)->minimum, G_PARAM_SPEC_UINT64(spec)->maximum);
    case G_TYPE_DOUBLE:
        return "takes a number from " + number(G_PARAM_SPEC_DOUBLE(spec)->minimum) + " to " +
               number(G_PARAM_SPEC_DOUBLE(spec)->maximum);
    case G_TYPE_ENUM:
        return "takes one of " + nicks(spec);
    case G_TYPE_FLAGS:
        return "takes some of " + nicks(spec) + ", with + between them";
    case G_TYPE_BOXED:
        return std::string("takes a ") + g_type_name(spec->value_type) + " as gst-launch does";
    default:
        return GST_IS_PARAM_SPEC_FRACTION(spec) ? fractionRange(GST_PARAM_SPEC_FRACTION(spec))
                                                : "takes another kind of value";
    }
}

bool hasSign(const char *text)
{
    while (g_ascii_isspace(*text))
        ++text;
    return *text == '-';
}

/** GStreamer takes -1 as the greatest of what has no sign, and not-a-number as any number. */
bool readsAs(GParamSpec *spec, const char *text, GValue *value)
{
    const GType type = spec->value_type;
    if (type == G_TYPE_STRING) { // as it stands: quotes are part of it
        if (!g_utf8_validate(text, -1, nullptr))
            return false;
        g_value_set_string(value, text);
        return true;
    }
    if ((type == G_TYPE_UINT || type == G_TYPE_UINT64) && hasSign(text))
        return false;
    if (!gst_value_deserialize(value, text))
        return false;
    return !G_VALUE_HOLDS_DOUBLE(value) || std::isfinite(g_value_get_double(value));
}

GParamSpec *findProperty(GstElement *element, const std::string &property)
{
    return g_object_class_find_property(G_OBJECT_GET_CLASS(element), property.c_str());
}

std::string elementName(GstElement *element)
{
    GstElementFactory *factory = gst_element_get_factory(element); // borrowed
    return factory ? GST_OBJECT_NAME(factory) : G_OBJECT_TYPE_NAME(element);
}

} // namespace

std::optional<std::string> setProperty(GstElement *element, const Setting &setting)
{
    GParamSpec *spec = findProperty(element, setting.property);
    if (!spec)
        return "is no property of " + elementName(element);
    if ((spec->flags & G_PARAM_WRITABLE) == 0 || (spec->flags & G_PARAM_CONSTRUCT_ONLY) != 0)
        return "cannot be set, only read";
    Value value(spec->value_type);
    // What is out of range validation would change.
    if (!readsAs(spec, setting.value.reveal(), value.get()) ||
        g_param_value_validate(spec, value.get()))
        return whatItTakes(spec);
    g_object_set_property(G_OBJECT(element), spec->name, value.get());
    return std::nullopt;
}

bool mayChangeWhilePlaying(GstElement *element, const std::string &property)
{
    const GParamSpec *spec = findProperty(element, property);
    return spec && (spec->flags & GST_PARAM_MUTABLE_PLAYING) != 0;
}

} // namespace ooto::watch
