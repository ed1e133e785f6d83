// SPDX-License-Identifier: LGPL-2.1-or-later
// What is known of each stream that the publisher gets.
#pragma once

#include "publish/feed.h"
#include "publish/forgotten.h"
#include "publish/open_faces.h"
#include "publish/record_maker.h"
#include "publish/state_board.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ooto::publish
{

/** Thread-bound: to the publisher's. */
class StreamBook
{
public:
    using Records = std::vector<spool::Record>;

    StreamBook(const Plan &plan, StateBoard &board, RecordMaker &maker);

    /** @param records get what is to be sent */
    void note(const std::shared_ptr<Feed> &feed, const Occurrence &occurrence, Records &records);
    /** Whatever is still told of the person is told of nobody. */
    void forget(const spool::Person &person);
    /** Time passed: cameras may have stopped to send pictures. */
    void watch(Records &records);
    /** Events that were made and did not come, in all streams. */
    std::uint64_t lost() const;

private:
    struct Stream {
        std::weak_ptr<Feed> feed;
        std::string camera; ///< empty: nobody said yet
        OpenFaces faces;
        std::optional<CameraState> state;
        bool refused = false; ///< its name cannot be used, which was told

        bool hasStates() const { return !camera.empty() && !refused; }
    };

    void noteEvent(Stream &stream, Feed &feed, const EventCame &came, Records &records);
    void noteService(Stream &stream, Feed &feed, const metadata::ServiceMessage &service);
    void noteRunnersWord(Feed &feed, const metadata::CameraMessage &message);
    void noteFaceEvent(Stream &stream, Feed &feed, const GstStructure *structure,
                       const spool::Moment &received, Records &records);
    void noteFaces(Stream &stream, Feed &feed, FacesChanged changed);
    void endFaces(Stream &stream, Feed &feed, Records &records);
    void nameCamera(Stream &stream, Feed &feed, const std::string &camera);
    bool isTaken(const Stream &stream, const std::string &name) const;
    void setState(Stream &stream, Feed &feed, CameraState state);

    const Plan &plan_;
    StateBoard &board_;
    RecordMaker &maker_;
    Forgotten forgotten_;
    std::map<Feed *, Stream> streams_;
    std::uint64_t lost_ = 0; ///< of streams that left
    /** Cameras, by the target's names, whose state a runner tells: it knows better. */
    std::set<std::string> runners_;
};

} // namespace ooto::publish
