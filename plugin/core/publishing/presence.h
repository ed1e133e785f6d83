// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is in front of which camera, as a state that calms down what events say.
#pragma once

#include "core/asking/face.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ooto::core
{

/**
 * Faces count by their tracks. Names stay for a hold after the last end of their tracks, since
 * people look away; a name that is taken back leaves at once. Thread-bound, and told the time.
 */
class Presence
{
public:
    /** Of a clock that only goes on. */
    using Time = std::chrono::milliseconds;
    using WallTime = std::chrono::system_clock::time_point;

    /** What is known of a face at a moment. */
    struct Sighting {
        Status status = Status::Pending;
        std::string person; ///< tells people apart: the template id; empty: nobody by name
        std::string name;   ///< for people
        std::string visit;

        bool operator==(const Sighting &) const = default;
    };

    /** Who was identified last, and when. */
    struct Last {
        std::string name;
        WallTime time{};
    };

    struct Summary {
        std::vector<std::string> names; ///< each once, in the order in which they came
        unsigned unknown = 0;           ///< faces
        unsigned spoof = 0;             ///< faces
        unsigned count = 0;             ///< all faces, the pending ones, too
        std::optional<Last> last;
    };

    void setHold(std::chrono::seconds hold) { hold_ = hold; }
    /** How long `last` is kept; 0: not at all. */
    void setKeepLast(std::chrono::hours keep) { keepLast_ = keep; }

    /** A face is in view, and this is known of it. @return whether that changes anything */
    bool see(const std::string &camera, std::uint64_t track, const Sighting &sighting, Time now,
             WallTime wall);
    /** A face left. One that was never seen did come all the same: its name is held, too. */
    void end(const std::string &camera, std::uint64_t track, const Sighting &sighting, Time now,
             WallTime wall);
    /** An answer about a face that has left: a name counts from the track's end, if that is known.
     */
    void learnLate(const std::string &camera, std::uint64_t track, const Sighting &sighting,
                   Time now, WallTime wall);
    void dropCamera(const std::string &camera);
    /**
     * The names go, and do not come back by what is still told of these tracks. An empty text
     * means nobody.
     */
    void forget(const std::string &person, const std::string &visit, Time now);

    /** Names and `last` whose time is over go. */
    void advance(Time now);
    /** When advance() has something to do; nothing when never. */
    std::optional<Time> nextChange() const;

    Summary summary(const std::string &camera) const;
    /** The camera where the person was identified last, of those that have him; empty: none. */
    std::string placeOf(const std::string &person) const;

private:
    struct Track {
        Sighting sighting;
        Time opened{0};
    };
    struct Visitor {
        std::string name;
        std::string visit;
        std::uint64_t arrived = 0;    ///< by the order of all identifications
        std::uint64_t identified = 0; ///< likewise
        std::optional<Time> end;      ///< the last
    };
    struct LastSeen {
        Last last;
        std::string person;
        std::string visit;
        std::uint64_t track = 0;
        Time at{0};
    };
    struct Camera {
        std::map<std::uint64_t, Track> tracks;
        std::map<std::uint64_t, Time> ended; ///< when, within the hold
        std::map<std::string, Visitor> visitors;
        std::optional<LastSeen> last;
    };
    struct Forgotten {
        std::string person;
        std::string visit;
        Time at{0};
    };

    Sighting allowed(Sighting sighting, Time opened) const;
    void identify(Camera &camera, std::uint64_t track, const Sighting &sighting, Time now,
                  WallTime wall);
    void takeBack(Camera &camera, std::uint64_t track, const std::string &person);
    static void rename(Camera &camera, const Sighting &sighting);
    static bool isInView(const Camera &camera, const std::string &person);
    void tidy(Camera &camera, Time now) const;

    std::chrono::seconds hold_{120};
    std::chrono::hours keepLast_{168};
    std::uint64_t identifications_ = 0;
    std::map<std::string, Camera> cameras_;
    std::vector<Forgotten> forgotten_; ///< the newest
};

} // namespace ooto::core
