// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/histogram_structure.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace ooto::metadata
{

namespace
{

constexpr const char *histogramName = "histogram";
constexpr std::string_view bucketPrefix = "le-";
constexpr const char *countField = "count";
constexpr const char *sumField = "sum";

/** With all digits that it needs and no exponent, in every locale. */
std::string bucketField(double bound)
{
    std::array<char, 64> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), bound, std::chars_format::fixed);
    return std::string(bucketPrefix).append(digits.begin(), end.ptr);
}

} // namespace

element::StructureHandle histogramStructure(const core::Histogram &histogram)
{
    element::StructureHandle structure(gst_structure_new_empty(histogramName));
    for (std::size_t i = 0; i < histogram.bounds().size(); ++i)
        gst_structure_set(structure.get(), bucketField(histogram.bounds()[i]).c_str(),
                          G_TYPE_UINT64, static_cast<guint64>(histogram.countUpTo(i)), nullptr);
    gst_structure_set(structure.get(), countField, G_TYPE_UINT64,
                      static_cast<guint64>(histogram.count()), sumField, G_TYPE_DOUBLE,
                      histogram.sum(), nullptr);
    return structure;
}

HistogramReading readHistogram(const GstStructure *structure)
{
    HistogramReading reading;
    for (int i = 0; i < gst_structure_n_fields(structure); ++i) {
        const char *name = gst_structure_nth_field_name(structure, static_cast<guint>(i));
        guint64 count = 0;
        if (!std::string_view(name).starts_with(bucketPrefix) ||
            !gst_structure_get_uint64(structure, name, &count))
            continue;
        reading.buckets.push_back({g_ascii_strtod(name + bucketPrefix.size(), nullptr), count});
    }
    std::sort(reading.buckets.begin(), reading.buckets.end(),
              [](const auto &one, const auto &other) { return one.bound < other.bound; });
    guint64 count = 0;
    if (gst_structure_get_uint64(structure, countField, &count))
        reading.count = count;
    gst_structure_get_double(structure, sumField, &reading.sum);
    return reading;
}

} // namespace ooto::metadata
