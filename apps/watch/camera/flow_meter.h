// SPDX-License-Identifier: LGPL-2.1-or-later
// When pictures came, and how far apart they are.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace ooto::watch
{

/** How pictures come. */
struct Flow {
    std::uint64_t pictures = 0;
    std::chrono::steady_clock::time_point last; ///< without meaning before the first
    /** The longest distance of late between two of them; 0 before the second. */
    std::chrono::nanoseconds interval{0};
    bool dataCame = false; ///< something came, be it no picture
};

/** Thread-bound. */
class FlowMeter
{
public:
    void noteData() { flow_.dataCame = true; }
    /** @param nominal what the stream says to be its interval; 0 where it does not */
    void notePicture(std::chrono::steady_clock::time_point now, std::chrono::nanoseconds nominal)
    {
        if (flow_.pictures > 0)
            flow_.interval =
                std::max(std::chrono::nanoseconds(flow_.interval * keptPerMille / 1000),
                         std::chrono::nanoseconds(now - flow_.last));
        flow_.interval = std::max(flow_.interval, std::min(nominal, longestNominal));
        flow_.last = now;
        ++flow_.pictures;
    }

    const Flow &flow() const { return flow_; }

private:
    /** A distance is forgotten, by and by: so much of the longest one stays with each picture. */
    static constexpr int keptPerMille = 995;
    /** What promises less than a picture a minute is no promise that anybody can check. */
    static constexpr std::chrono::nanoseconds longestNominal = std::chrono::minutes(1);

    Flow flow_;
};

} // namespace ooto::watch
