// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/retry_after.h"

#include "system/handles.h"
#include "system/plain_text.h"

#include <libsoup/soup.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace ooto::http
{

std::optional<std::chrono::seconds> parseRetryAfter(std::string_view value,
                                                    std::chrono::system_clock::time_point now)
{
    using std::chrono::seconds;
    constexpr seconds longest = std::chrono::hours(24);

    const std::string text(system::trimmed(value));
    if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) {
        long long number = 0;
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
        if (parsed.ec == std::errc::result_out_of_range)
            return longest;
        return seconds(std::min<long long>(number, longest.count()));
    }

    // libsoup's parser is lenient about what a date is, but not about an empty string.
    if (text.empty() || text.size() > system::maxTextBytes)
        return std::nullopt;
    const system::DateHandle date(soup_date_time_new_from_http_string(text.c_str()));
    if (!date)
        return std::nullopt;
    const seconds then(g_date_time_to_unix(date.get()));
    const auto pause = then - std::chrono::duration_cast<seconds>(now.time_since_epoch());
    return std::clamp(pause, seconds(0), longest);
}

} // namespace ooto::http
