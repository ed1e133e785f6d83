// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/sampling/clock_watch.h"

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

/** The two largest units that are not 0: "3 d 4 h", "2 min 5 s". */
std::string textOf(std::chrono::seconds length)
{
    struct Unit {
        std::chrono::seconds size;
        const char *name;
    };
    std::string text;
    unsigned units = 0;
    for (const Unit &unit : {Unit{24h, "d"}, Unit{1h, "h"}, Unit{1min, "min"}, Unit{1s, "s"}}) {
        const auto count = length / unit.size;
        length -= count * unit.size;
        if (count == 0 || units == 2)
            continue;
        text += (text.empty() ? "" : " ") + std::to_string(count) + " " + unit.name;
        ++units;
    }
    return text;
}

} // namespace

std::string ClockWatch::note(std::chrono::milliseconds ahead)
{
    const std::chrono::milliseconds off = ahead < 0ms ? -ahead : ahead;
    if (told_ || off <= tolerance)
        return {};
    told_ = true;
    return "The camera's clock is " +
           textOf(std::chrono::duration_cast<std::chrono::seconds>(off)) +
           (ahead > 0ms ? " ahead of" : " behind") +
           " this machine's, and so is the wall-clock of its events. Have both set by NTP; of a "
           "recording it is no fault.";
}

} // namespace ooto::core
