// SPDX-License-Identifier: LGPL-2.1-or-later
#include "system/iso_time.h"

#include "system/handles.h"

namespace ooto::system
{

std::string iso8601(std::chrono::system_clock::time_point time)
{
    const auto us =
        std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    const DateHandle whole(g_date_time_new_from_unix_utc(us / G_USEC_PER_SEC));
    if (!whole)
        return {};
    const CharsHandle text(g_date_time_format(whole.get(), "%Y-%m-%dT%H:%M:%S"));
    char fraction[16];
    g_snprintf(fraction, sizeof fraction, ".%06dZ", static_cast<int>(us % G_USEC_PER_SEC));
    return std::string(text.get()) + fraction;
}

} // namespace ooto::system
