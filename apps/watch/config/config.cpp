// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/config.h"

#include <algorithm>

namespace ooto::watch
{

namespace
{

std::vector<const Setting *> byProperty(const Settings &settings)
{
    std::vector<const Setting *> sorted;
    for (const Setting &setting : settings)
        sorted.push_back(&setting);
    std::sort(sorted.begin(), sorted.end(), [](const Setting *one, const Setting *other) {
        return one->property < other->property;
    });
    return sorted;
}

} // namespace

std::string mistakeLine(const Mistake &mistake)
{
    const Origin &origin = mistake.origin;
    std::string line = origin.file;
    if (origin.line > 0)
        line += ":" + std::to_string(origin.line);
    line += ":";
    if (!origin.group.empty())
        line += " [" + origin.group + "]";
    if (!origin.key.empty())
        line += " " + origin.key;
    if (!origin.group.empty() || !origin.key.empty())
        line += ":";
    return line + " " + mistake.text;
}

bool sameValues(const Settings &one, const Settings &other)
{
    const auto left = byProperty(one);
    const auto right = byProperty(other);
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const Setting *a, const Setting *b) {
                          return a->property == b->property && a->value == b->value;
                      });
}

} // namespace ooto::watch
