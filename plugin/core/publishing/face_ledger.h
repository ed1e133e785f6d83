// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose `new` came and whose `end` did not, and how many events were lost on the way.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ooto::core
{

/**
 * Of one stream. Events can be lost between elements (a leaky queue drops them), while each buffer
 * says which faces are in view: both together tell what is open. Thread-bound.
 */
class FaceLedger
{
public:
    /** A face without its `end`. */
    struct Open {
        std::uint64_t trackId = 0;
        std::string visitId;
        std::string newEventId; ///< empty when its `new` was lost
        unsigned ends = 0;      ///< how often endAll() ended it before
    };

    struct Event {
        std::string_view eventId;
        std::optional<std::uint64_t> sequence;
        std::uint64_t trackId = 0;
        std::string_view visitId;
        bool isNew = false;
        bool isEnd = false;
        bool isLate = false; ///< an answer after its track's end: opens nothing
    };

    void note(const Event &event);
    bool isOpen(std::uint64_t trackId) const { return open_.contains(trackId); }
    /** A buffer shows this face. */
    void noteShown(std::uint64_t trackId, const std::string &visitId);
    /** All that is open ends now; what comes back later is the same face, with its `new`. */
    std::vector<Open> endAll();

    /** Events that were made and did not come. */
    std::uint64_t lost() const { return lost_; }

private:
    void countGap(const Event &event);
    /** @return true where it was not open, and was not ended here */
    bool reopen(std::uint64_t trackId, std::string_view visitId);

    std::map<std::uint64_t, Open> open_;
    std::map<std::uint64_t, Open> ended_; ///< by endAll(); the last tracks of them
    std::string run_;                     ///< of the last event's id
    std::optional<std::uint64_t> lastSequence_;
    /** Opened by a buffer: their `new` was lost, which no later number has told yet. */
    std::uint64_t untold_ = 0;
    std::uint64_t lost_ = 0;
};

} // namespace ooto::core
