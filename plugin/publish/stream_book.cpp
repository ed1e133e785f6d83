// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/stream_book.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ooto::publish
{

namespace
{

using namespace std::chrono_literals;

constexpr auto shortestStall = 10s;
constexpr int distancesToStall = 3;
constexpr std::size_t mostOfRunners = 1024; ///< cameras

/** ootoidentify's own, where nobody gave the camera a name: another run may number it otherwise. */
bool isDefaultName(const std::string &camera)
{
    constexpr std::string_view own = "ootoidentify";
    return camera.starts_with(own) && camera.size() > own.size() &&
           std::all_of(camera.begin() + own.size(), camera.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
}

/** What the target calls the camera. */
std::string nameFor(Feed &feed, const std::string &camera)
{
    const std::string alias = feed.settings()->cameraAlias;
    return alias.empty() ? camera : alias;
}

std::chrono::microseconds longestSilence(const Feed &feed)
{
    return std::max<std::chrono::microseconds>(shortestStall,
                                               distancesToStall * feed.longestDistance());
}

} // namespace

StreamBook::StreamBook(const Plan &plan, StateBoard &board, RecordMaker &maker)
    : plan_(plan), board_(board), maker_(maker)
{
}

void StreamBook::note(const std::shared_ptr<Feed> &feed, const Occurrence &occurrence,
                      Records &records)
{
    Stream &stream = streams_[feed.get()];
    stream.feed = feed;
    if (const auto *event = std::get_if<EventCame>(&occurrence)) {
        noteEvent(stream, *feed, *event, records);
    } else if (const auto *faces = std::get_if<FacesChanged>(&occurrence)) {
        noteFaces(stream, *feed, *faces);
    } else if (std::holds_alternative<StreamBegan>(occurrence)) {
        setState(stream, *feed, CameraState::Live);
    } else if (std::holds_alternative<StreamFlushed>(occurrence)) {
        endFaces(stream, *feed, records);
    } else if (std::holds_alternative<StreamEnded>(occurrence)) {
        endFaces(stream, *feed, records);
        setState(stream, *feed, CameraState::Ended);
    } else {
        endFaces(stream, *feed, records);
        setState(stream, *feed, CameraState::Off);
        lost_ += stream.faces.lost();
        streams_.erase(feed.get());
    }
}

void StreamBook::noteEvent(Stream &stream, Feed &feed, const EventCame &came, Records &records)
{
    const GstStructure *structure = gst_event_get_structure(came.event.get());
    if (const auto service = metadata::readServiceMessage(structure))
        noteService(stream, feed, *service);
    else if (const auto camera = metadata::readCameraMessage(structure))
        noteRunnersWord(feed, *camera);
    else
        noteFaceEvent(stream, feed, structure, came.received, records);
}

void StreamBook::noteService(Stream &stream, Feed &feed, const metadata::ServiceMessage &service)
{
    nameCamera(stream, feed, service.camera);
    board_.say([&](MqttLayout &layout, MqttLayout::Time) {
        return layout.noteService({.state = service.state,
                                   .reason = service.reason,
                                   .since = service.since,
                                   .callsToday = service.callsToday,
                                   .budgetLeft = service.budgetLeft});
    });
}

/** Whatever stream it came by: that of a camera which is off does not exist. */
void StreamBook::noteRunnersWord(Feed &feed, const metadata::CameraMessage &message)
{
    const auto state = cameraStateOf(message.state);
    const MqttLayout *layout = board_.layout();
    if (!state || message.camera.empty() || !layout)
        return;
    const std::string name = nameFor(feed, message.camera);
    if (!layout->slugClash(name).empty() ||
        (runners_.size() >= mostOfRunners && !runners_.contains(name)))
        return;
    runners_.insert(name);
    board_.say([&](MqttLayout &states, MqttLayout::Time now) {
        return states.noteCamera(name, *state, now);
    });
}

void StreamBook::noteFaceEvent(Stream &stream, Feed &feed, const GstStructure *structure,
                               const spool::Moment &received, Records &records)
{
    auto event = metadata::readFaceMessage(structure);
    if (!event || !event->type || event->eventId.empty())
        return;
    const element::StructureHandle obscured = forgotten_.obscured(event->face, structure);
    if (obscured) {
        structure = obscured.get();
        event = metadata::readFaceMessage(structure);
    }
    nameCamera(stream, feed, event->face.camera);
    stream.faces.note(*event, structure);
    if (stream.hasStates())
        board_.say([&](MqttLayout &layout, MqttLayout::Time now) {
            return layout.noteEvent(nameFor(feed, stream.camera), *event, now, received.wall);
        });
    if (auto record = maker_.record(*feed.settings(), *event, structure, received))
        records.push_back(std::move(*record));
}

void StreamBook::noteFaces(Stream &stream, Feed &feed, FacesChanged changed)
{
    for (metadata::ReadFace &face : changed.faces)
        forgotten_.obscure(face);
    nameCamera(stream, feed, changed.camera);
    stream.faces.noteShown(changed.faces);
    if (stream.hasStates())
        board_.say([&](MqttLayout &layout, MqttLayout::Time now) {
            return layout.noteFaces(nameFor(feed, stream.camera), changed.faces, now,
                                    std::chrono::system_clock::now());
        });
}

void StreamBook::endFaces(Stream &stream, Feed &feed, Records &records)
{
    const spool::Moment now = spool::Moment::now();
    for (const element::StructureHandle &end : stream.faces.endAll(stream.camera)) {
        const auto event = metadata::readFaceMessage(end.get());
        if (!event)
            continue;
        if (stream.hasStates())
            board_.say([&](MqttLayout &layout, MqttLayout::Time time) {
                return layout.noteEvent(nameFor(feed, stream.camera), *event, time, now.wall);
            });
        if (auto record = maker_.record(*feed.settings(), *event, end.get(), now))
            records.push_back(std::move(*record));
    }
}

bool StreamBook::isTaken(const Stream &stream, const std::string &name) const
{
    return std::any_of(streams_.begin(), streams_.end(), [&](const auto &other) {
        return &other.second != &stream && !other.second.camera.empty() &&
               nameFor(*other.first, other.second.camera) == name;
    });
}

void StreamBook::nameCamera(Stream &stream, Feed &feed, const std::string &camera)
{
    if (camera.empty() || camera == stream.camera)
        return;
    const std::string old = std::exchange(stream.camera, camera);
    const MqttLayout *layout = board_.layout();
    if (!layout)
        return;
    const std::string name = nameFor(feed, camera);
    const std::string clash = isTaken(stream, name) ? name : layout->slugClash(name);
    const bool isNameless = plan_.settings.homeAssistant && isDefaultName(name);
    const bool wasRefused = std::exchange(stream.refused, !clash.empty() || isNameless);
    if (stream.refused) {
        if (const auto tell = feed.handlers().onMistake)
            tell(clash.empty() ? "The camera has no name of its own, and Home Assistant would take "
                                 "'" +
                                     name +
                                     "' for another one after the next change; set `camera` of "
                                     "ootoidentify."
                               : "Two cameras are called '" + clash +
                                     "' in topics; give each a name of its own by the property "
                                     "`camera` of ootoidentify, or `camera-alias`.");
        return;
    }
    board_.say([&](MqttLayout &states, MqttLayout::Time) {
        return old.empty() || wasRefused ? MqttLayout::Publications()
                                         : states.dropCamera(nameFor(feed, old));
    });
    board_.say([&](MqttLayout &states, MqttLayout::Time now) {
        return stream.state && !runners_.contains(name)
                   ? states.noteCamera(name, *stream.state, now)
                   : MqttLayout::Publications();
    });
}

void StreamBook::setState(Stream &stream, Feed &feed, CameraState state)
{
    if (stream.state == state)
        return;
    stream.state = state;
    const std::string name = nameFor(feed, stream.camera);
    if (stream.hasStates() && !runners_.contains(name))
        board_.say([&](MqttLayout &layout, MqttLayout::Time now) {
            return layout.noteCamera(name, state, now);
        });
}

void StreamBook::forget(const spool::Person &person)
{
    forgotten_.add(person, std::chrono::steady_clock::now());
    for (auto &[feed, stream] : streams_)
        stream.faces.forget(forgotten_);
}

/** Of a camera that sends no pictures any more the faces are over, as far as anybody can tell. */
void StreamBook::watch(Records &records)
{
    forgotten_.advance(std::chrono::steady_clock::now());
    for (auto &[key, stream] : streams_) {
        const std::shared_ptr<Feed> feed = stream.feed.lock();
        if (!feed || !feed->hasBegun() || !feed->isPlaying() ||
            stream.state == CameraState::Ended || stream.state == CameraState::Off)
            continue;
        if (feed->sinceLastBuffer() <= longestSilence(*feed)) {
            setState(stream, *feed, CameraState::Live);
        } else if (stream.state != CameraState::Stalled) {
            endFaces(stream, *feed, records);
            setState(stream, *feed, CameraState::Stalled);
            feed->tellViewAgain();
        }
    }
}

std::uint64_t StreamBook::lost() const
{
    std::uint64_t lost = lost_;
    for (const auto &[feed, stream] : streams_)
        lost += stream.faces.lost();
    return lost;
}

} // namespace ooto::publish
