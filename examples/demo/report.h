// SPDX-License-Identifier: LGPL-2.1-or-later
// What the elements reported: as JSON lines in a file, and as a short table for people.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <fstream>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ooto::demo
{

/** What is known of one track when its last message came. Times are running times. */
struct TrackRecord {
    std::uint64_t trackId = 0;
    std::string who;    ///< name, else template id, else empty
    std::string status; ///< as in the messages
    std::string reason; ///< why nobody was named
    double firstSeenS = 0;
    double lastSeenS = 0;
    std::optional<double> answeredS;
    std::optional<double> similarity;
    unsigned calls = 0;
};

/** What went through, counted at the source pad of `ootoidentify`. */
struct FrameCounts {
    std::uint64_t frames = 0;
    std::uint64_t late = 0; ///< left more than one frame's duration behind the clock
    double worstLagMs = 0;  ///< the farthest behind the clock that any frame left
    double durationS = 0;   ///< from the first frame to the end of the last
    double firstFrameS = 0; ///< running time
};

/** *Thread-bound*: fed with messages by the thread that reads the bus. */
class Report
{
public:
    /** @return whether `eventsFile` could be opened for writing; it is emptied */
    bool open(const std::string &eventsFile);

    /** Takes an element message; those that are neither `ooto-face` nor `ooto-service` are left. */
    void take(const GstStructure *message);

    std::vector<TrackRecord> tracks() const;
    const std::vector<std::string> &serviceTroubles() const { return troubles_; }

private:
    void takeFace(const GstStructure *face);
    void takeService(const GstStructure *service);

    std::ofstream events_;
    std::map<std::uint64_t, TrackRecord> tracks_;
    std::vector<std::string> troubles_;
};

/** A counter of whatever integer type; 0 when the field or the structure is not there. */
std::uint64_t numberIn(const GstStructure *structure, const char *field);

/**
 * @param stats the `stats` of `ootoidentify`; may be null
 */
void printTable(std::ostream &out, const std::vector<TrackRecord> &tracks,
                const FrameCounts &counts, const GstStructure *stats);

} // namespace ooto::demo
