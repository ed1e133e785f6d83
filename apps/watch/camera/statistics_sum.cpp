// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/statistics_sum.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ooto::watch
{

namespace
{

/** What is so now, rather than since the start. */
bool isGauge(std::string_view field)
{
    constexpr std::array<std::string_view, 3> gauges{"in-flight", "requests-today", "budget-left"};
    return std::find(gauges.begin(), gauges.end(), field) != gauges.end();
}

void addValue(std::string_view field, const GValue *earlier, GValue *into);

void addArray(std::string_view field, const GValue *earlier, GValue *into)
{
    const guint size = gst_value_array_get_size(into);
    if (gst_value_array_get_size(earlier) != size)
        return;
    GValue sum = G_VALUE_INIT;
    g_value_init(&sum, GST_TYPE_ARRAY);
    for (guint i = 0; i < size; ++i) {
        GValue member = G_VALUE_INIT;
        const GValue *latest = gst_value_array_get_value(into, i);
        g_value_init(&member, G_VALUE_TYPE(latest));
        g_value_copy(latest, &member);
        addValue(field, gst_value_array_get_value(earlier, i), &member);
        gst_value_array_append_and_take_value(&sum, &member);
    }
    g_value_copy(&sum, into);
    g_value_unset(&sum);
}

void addValue(std::string_view field, const GValue *earlier, GValue *into)
{
    if (G_VALUE_TYPE(earlier) != G_VALUE_TYPE(into))
        return;
    if (G_VALUE_HOLDS_UINT64(into))
        g_value_set_uint64(into, g_value_get_uint64(into) + g_value_get_uint64(earlier));
    else if (G_VALUE_HOLDS_INT64(into))
        g_value_set_int64(into, g_value_get_int64(into) + g_value_get_int64(earlier));
    else if (G_VALUE_HOLDS_UINT(into))
        g_value_set_uint(into, g_value_get_uint(into) + g_value_get_uint(earlier));
    else if (G_VALUE_HOLDS_INT(into))
        g_value_set_int(into, g_value_get_int(into) + g_value_get_int(earlier));
    else if (G_VALUE_HOLDS_DOUBLE(into) && field == "sum")
        g_value_set_double(into, g_value_get_double(into) + g_value_get_double(earlier));
    else if (GST_VALUE_HOLDS_ARRAY(into))
        addArray(field, earlier, into);
    else if (GST_VALUE_HOLDS_STRUCTURE(into))
        g_value_take_boxed(
            into,
            summed(gst_value_get_structure(earlier), gst_value_get_structure(into)).release());
}

/** Made of two counters, and so to be made again. */
void setRequestsPerVisit(GstStructure *stats)
{
    guint64 requests = 0;
    guint64 visits = 0;
    if (gst_structure_has_field(stats, "requests-per-visit") &&
        gst_structure_get_uint64(stats, "requests", &requests) &&
        gst_structure_get_uint64(stats, "visits", &visits))
        gst_structure_set(stats, "requests-per-visit", G_TYPE_DOUBLE,
                          visits ? static_cast<double>(requests) / static_cast<double>(visits) : 0.,
                          nullptr);
}

} // namespace

element::StructureHandle summed(const GstStructure *earlier, const GstStructure *latest)
{
    if (!earlier || !latest) {
        const GstStructure *only = latest ? latest : earlier;
        return element::StructureHandle(only ? gst_structure_copy(only) : nullptr);
    }
    element::StructureHandle sum(gst_structure_copy(latest));
    const gint fields = gst_structure_n_fields(earlier);
    for (gint i = 0; i < fields; ++i) {
        const char *field = gst_structure_nth_field_name(earlier, static_cast<guint>(i));
        if (isGauge(field))
            continue;
        const GValue *before = gst_structure_get_value(earlier, field);
        const GValue *now = gst_structure_get_value(latest, field);
        if (!now) {
            // A kind of error or refusal that happened before only.
            gst_structure_set_value(sum.get(), field, before);
            continue;
        }
        GValue value = G_VALUE_INIT;
        g_value_init(&value, G_VALUE_TYPE(now));
        g_value_copy(now, &value);
        addValue(field, before, &value);
        gst_structure_take_value(sum.get(), field, &value);
    }
    setRequestsPerVisit(sum.get());
    return sum;
}

} // namespace ooto::watch
