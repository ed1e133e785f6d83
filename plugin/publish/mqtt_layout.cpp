// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/mqtt_layout.h"

#include "core/publishing/presence.h"
#include "core/publishing/slug.h"
#include "metadata/face_fields.h"
#include "publish/home_assistant.h"
#include "publish/json_text.h"
#include "publish/mqtt_topics.h"
#include "system/text_encoding.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace ooto::publish
{

namespace
{

namespace field = metadata::field;

constexpr std::size_t mostPeople = 200;
constexpr glong longestState = 255; // characters: Home Assistant takes no longer state
constexpr const char *nobody = "nobody";
constexpr const char *away = "away";
constexpr const char *ellipsis = "…";

mqtt::Publication retained(std::string topic, std::string payload)
{
    mqtt::Publication publication;
    publication.topic = std::move(topic);
    publication.payload = std::move(payload);
    publication.retain = true;
    return publication;
}

std::string iso8601(std::chrono::system_clock::time_point time)
{
    const system::DateHandle date(
        g_date_time_new_from_unix_utc(std::chrono::system_clock::to_time_t(time)));
    return date ? system::CharsHandle(g_date_time_format(date.get(), "%Y-%m-%dT%H:%M:%SZ")).get()
                : std::string();
}

/** The names as one text that a state can be. */
std::string stateText(const std::vector<std::string> &names)
{
    std::string text;
    for (const std::string &name : names)
        text += (text.empty() ? "" : ", ") + system::validUtf8(name);
    if (g_utf8_strlen(text.c_str(), -1) > longestState) {
        const char *end = g_utf8_offset_to_pointer(text.c_str(), longestState - 1);
        text.resize(static_cast<std::size_t>(end - text.c_str()));
        text += ellipsis;
    }
    return text.empty() ? nobody : text;
}

std::string personsPayload(const core::Presence::Summary &summary)
{
    JsonText json;
    json.set(field::text, stateText(summary.names))
        .set("persons", summary.names)
        .set("unknown", std::uint64_t(summary.unknown))
        .set("spoof", std::uint64_t(summary.spoof))
        .set("count", std::uint64_t(summary.count));
    if (summary.last)
        json.open("last")
            .set(field::name, summary.last->name)
            .set("time", iso8601(summary.last->time))
            .close();
    return json.take();
}

std::string servicePayload(const ServiceFacts &service)
{
    JsonText json;
    json.set(field::state, service.state);
    if (!service.reason.empty())
        json.set(field::reason, service.reason);
    if (!service.since.empty())
        json.set(field::since, service.since);
    if (service.callsToday)
        json.set(field::callsToday, *service.callsToday);
    if (service.budgetLeft)
        json.set(field::budgetLeft, *service.budgetLeft);
    return json.take();
}

} // namespace

const char *cameraStateName(CameraState state)
{
    switch (state) {
    case CameraState::Live:
        return "live";
    case CameraState::Stalled:
        return "stalled";
    case CameraState::Ended:
        return "ended";
    case CameraState::Off:
        return "off";
    }
    return "off";
}

std::optional<CameraState> cameraStateOf(const std::string &name)
{
    for (const CameraState state :
         {CameraState::Live, CameraState::Stalled, CameraState::Ended, CameraState::Off}) {
        if (name == cameraStateName(state))
            return state;
    }
    return std::nullopt;
}

struct MqttLayout::State {
    explicit State(MqttLayoutSettings given)
        : settings(std::move(given)),
          topics{settings.prefix, settings.clientId},
          homeAssistant(settings.discoveryPrefix, topics, settings.version),
          photo(settings.photos ? HomeAssistant::Photo::Shown : HomeAssistant::Photo::None)
    {
        presence.setHold(settings.presenceHold);
        presence.setKeepLast(settings.keepIdentified);
    }

    /** What is said there already is not said again. */
    void say(Publications &to, const std::string &topic, const std::string &payload)
    {
        emptied.erase(topic);
        std::string &before = said[topic];
        if (before == payload)
            return;
        before = payload;
        to.push_back(retained(topic, payload));
    }

    void empty(Publications &to, const std::string &topic)
    {
        said.erase(topic);
        emptied.insert(topic);
        to.push_back(retained(topic, {}));
    }

    void sayDiscovery(Publications &to, const std::string &camera)
    {
        if (settings.homeAssistant)
            say(to, homeAssistant.cameraTopic(camera), homeAssistant.cameraDocument(camera, photo));
    }

    void sayPersons(Publications &to, const std::string &camera)
    {
        say(to, topics.persons(camera), personsPayload(presence.summary(camera)));
    }

    void sayPeople(Publications &to)
    {
        for (const auto &[id, name] : people) {
            const std::string place = presence.placeOf(id);
            say(to, topics.person(id), place.empty() ? away : place);
        }
    }

    /** All that presence decides. */
    void sayPresence(Publications &to)
    {
        for (const auto &[camera, state] : cameras)
            sayPersons(to, camera);
        sayPeople(to);
    }

    void announcePerson(Publications &to, const std::string &id, const std::string &name)
    {
        if (settings.homeAssistant)
            say(to, homeAssistant.personTopic(id), homeAssistant.personDocument(id, name));
    }

    void removePerson(Publications &to, const std::string &id)
    {
        if (settings.homeAssistant)
            empty(to, homeAssistant.personTopic(id));
        empty(to, topics.person(id));
    }

    void sayCamera(Publications &to, const std::string &camera)
    {
        say(to, topics.state(camera), cameraStateName(cameras.at(camera)));
        sayPersons(to, camera);
        sayDiscovery(to, camera);
    }

    /** An event came from it: it is there, whoever forgot to say so. */
    void meet(Publications &to, const std::string &camera)
    {
        if (cameras.try_emplace(camera, CameraState::Live).second)
            sayCamera(to, camera);
    }

    core::Presence::Sighting sightingOf(const metadata::ReadFace &face) const
    {
        core::Presence::Sighting sighting{.status = face.status.value_or(core::Status::Pending),
                                          .person = metadata::comparableId(face.templateId),
                                          .name = face.name,
                                          .visit = face.visitId};
        if (sighting.name.empty())
            sighting.name = metadata::labelOf(*labels, face.templateId);
        if (sighting.name.empty())
            sighting.name = face.templateId;
        if (sighting.person.empty())
            sighting.person = sighting.name;
        return sighting;
    }

    bool isWanted(const std::string &id) const
    {
        return labels->contains(id) && !gone.contains(id);
    }

    /** Those who have a state keep it; others come in the order of their ids. */
    std::map<std::string, std::string> chosenPeople()
    {
        std::map<std::string, std::string> chosen;
        std::set<std::string> slugs;
        leftOut = 0;
        const auto choose = [&](const std::string &id, const std::string &name) {
            if (chosen.contains(id))
                return;
            if (chosen.size() < mostPeople && slugs.insert(core::slug(id)).second)
                chosen.emplace(id, name);
            else
                ++leftOut;
        };
        for (const auto &[id, name] : people) {
            if (isWanted(id))
                choose(id, labels->at(id));
        }
        for (const auto &[id, name] : *labels) {
            if (isWanted(id))
                choose(id, name);
        }
        return chosen;
    }

    MqttLayoutSettings settings;
    const MqttTopics topics;
    const HomeAssistant homeAssistant;
    HomeAssistant::Photo photo;
    core::Presence presence;
    std::map<std::string, CameraState> cameras;
    ServiceFacts service;
    std::shared_ptr<const metadata::Labels> labels = std::make_shared<const metadata::Labels>();
    std::map<std::string, std::string> people; ///< with a state of their own: name by template id
    std::set<std::string> gone;                ///< forgotten, though the labels still have them
    std::size_t leftOut = 0;
    std::map<std::string, std::string> said; ///< payload by topic
    std::set<std::string> emptied;           ///< topics, since the last connection
};

MqttLayout::MqttLayout(MqttLayoutSettings settings)
    : state_(std::make_unique<State>(std::move(settings)))
{
}

MqttLayout::~MqttLayout() = default;

mqtt::Publication MqttLayout::will() const
{
    return retained(state_->topics.status(), "offline");
}

MqttLayout::Publications MqttLayout::farewells() const
{
    Publications result;
    for (const auto &[camera, state] : state_->cameras) {
        core::Presence::Summary nobodyThere;
        nobodyThere.last = state_->presence.summary(camera).last;
        result.push_back(retained(state_->topics.state(camera), cameraStateName(CameraState::Off)));
        // Nobody is left to let the names go when their time is over.
        result.push_back(retained(state_->topics.persons(camera), personsPayload(nobodyThere)));
    }
    for (const auto &[id, name] : state_->people)
        result.push_back(retained(state_->topics.person(id), away));
    result.push_back(retained(state_->topics.status(), "stopped"));
    return result;
}

MqttLayout::Publications MqttLayout::everything(Time now)
{
    Publications result;
    state_->presence.advance(now);
    for (const std::string &topic : std::exchange(state_->emptied, {}))
        result.push_back(retained(topic, {}));
    state_->said.clear();
    for (const auto &[camera, state] : state_->cameras)
        state_->sayCamera(result, camera);
    if (state_->photo == HomeAssistant::Photo::Gone)
        state_->photo = HomeAssistant::Photo::None;
    for (const auto &[id, name] : state_->people)
        state_->announcePerson(result, id, name);
    state_->sayPeople(result);
    state_->say(result, state_->topics.service(), servicePayload(state_->service));
    result.push_back(retained(state_->topics.status(), "online"));
    return result;
}

mqtt::Publication MqttLayout::event(const std::string &camera, const std::string &json) const
{
    mqtt::Publication publication;
    publication.topic = state_->topics.event(camera);
    publication.payload = json;
    publication.contentType = "application/json";
    return publication;
}

mqtt::Publication MqttLayout::photo(const std::string &camera, const spool::Picture &picture,
                                    bool frame) const
{
    mqtt::Publication publication;
    publication.topic = frame ? state_->topics.snapshot(camera) : state_->topics.photo(camera);
    if (picture.bytes)
        publication.payload.assign(picture.bytes->begin(), picture.bytes->end());
    publication.qos = 0;
    publication.contentType = picture.png ? "image/png" : "image/jpeg";
    return publication;
}

MqttLayout::Publications MqttLayout::noteCamera(const std::string &camera, CameraState state, Time)
{
    Publications result;
    state_->cameras[camera] = state;
    state_->sayCamera(result, camera);
    return result;
}

MqttLayout::Publications MqttLayout::dropCamera(const std::string &camera)
{
    Publications result;
    if (state_->cameras.erase(camera) == 0)
        return result;
    state_->presence.dropCamera(camera);
    if (state_->settings.homeAssistant)
        state_->empty(result, state_->homeAssistant.cameraTopic(camera));
    state_->empty(result, state_->topics.state(camera));
    state_->empty(result, state_->topics.persons(camera));
    state_->sayPeople(result);
    return result;
}

MqttLayout::Publications MqttLayout::noteEvent(const std::string &camera,
                                               const metadata::FaceMessage &event, Time now,
                                               std::chrono::system_clock::time_point wall)
{
    Publications result;
    state_->meet(result, camera);
    if (!event.type || !event.face.trackId)
        return result;
    const auto sighting = state_->sightingOf(event.face);
    const std::uint64_t track = *event.face.trackId;
    if (event.late)
        state_->presence.learnLate(camera, track, sighting, now, wall);
    else if (*event.type == core::FaceEventType::End)
        state_->presence.end(camera, track, sighting, now, wall);
    else
        state_->presence.see(camera, track, sighting, now, wall);
    state_->sayPersons(result, camera);
    state_->sayPeople(result);
    return result;
}

MqttLayout::Publications MqttLayout::noteFaces(const std::string &camera,
                                               const std::vector<metadata::ReadFace> &faces,
                                               Time now, std::chrono::system_clock::time_point wall)
{
    Publications result;
    state_->meet(result, camera);
    bool changed = false;
    for (const metadata::ReadFace &face : faces) {
        // Of other detectors' regions nobody tells the end.
        if (face.trackId && face.status)
            changed |=
                state_->presence.see(camera, *face.trackId, state_->sightingOf(face), now, wall);
    }
    if (changed) {
        state_->sayPersons(result, camera);
        state_->sayPeople(result);
    }
    return result;
}

MqttLayout::Publications MqttLayout::noteService(const ServiceFacts &service)
{
    Publications result;
    state_->service = service;
    state_->say(result, state_->topics.service(), servicePayload(service));
    return result;
}

MqttLayout::Publications MqttLayout::setLabels(std::shared_ptr<const metadata::Labels> labels, Time)
{
    Publications result;
    state_->labels = labels ? std::move(labels) : std::make_shared<const metadata::Labels>();
    // Whoever was taken out may be put in again.
    std::erase_if(state_->gone,
                  [&](const std::string &id) { return !state_->labels->contains(id); });
    const auto chosen = state_->chosenPeople();
    for (const auto &[id, name] : state_->people) {
        const auto found = chosen.find(id);
        if (found == chosen.end() || found->second != name)
            state_->removePerson(result, id);
    }
    state_->people = chosen;
    for (const auto &[id, name] : chosen)
        state_->announcePerson(result, id, name);
    state_->sayPeople(result);
    return result;
}

MqttLayout::Publications MqttLayout::setPhotos(bool photos)
{
    Publications result;
    if (photos)
        state_->photo = HomeAssistant::Photo::Shown;
    else if (state_->photo == HomeAssistant::Photo::Shown)
        state_->photo = HomeAssistant::Photo::Gone;
    for (const auto &[camera, state] : state_->cameras)
        state_->sayDiscovery(result, camera);
    return result;
}

void MqttLayout::setPresenceHold(std::chrono::seconds hold)
{
    state_->presence.setHold(hold);
}

void MqttLayout::setKeepIdentified(std::chrono::hours hours)
{
    state_->presence.setKeepLast(hours);
}

MqttLayout::Publications MqttLayout::advance(Time now)
{
    Publications result;
    state_->presence.advance(now);
    state_->sayPresence(result);
    return result;
}

std::optional<MqttLayout::Time> MqttLayout::nextChange() const
{
    return state_->presence.nextChange();
}

MqttLayout::Publications MqttLayout::forget(const spool::Person &person, Time now)
{
    Publications result;
    const std::string id = metadata::comparableId(person.templateId);
    state_->presence.forget(id, person.visitId, now);
    if (state_->labels->contains(id))
        state_->gone.insert(id);
    if (state_->people.erase(id) > 0)
        state_->removePerson(result, id);
    state_->sayPresence(result);
    return result;
}

std::string MqttLayout::notice() const
{
    if (state_->leftOut == 0)
        return {};
    return "The labels file names more than " + std::to_string(mostPeople) +
           " people: " + std::to_string(state_->leftOut) + " of them have no topic of their own";
}

std::string MqttLayout::slugClash(const std::string &camera) const
{
    const std::string slug = core::slug(camera);
    const auto found =
        std::find_if(state_->cameras.begin(), state_->cameras.end(), [&](const auto &other) {
            return other.first != camera && core::slug(other.first) == slug;
        });
    return found == state_->cameras.end() ? std::string() : found->first;
}

} // namespace ooto::publish
