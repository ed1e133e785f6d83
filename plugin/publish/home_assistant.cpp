// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/home_assistant.h"

#include "core/asking/face.h"
#include "publish/json_text.h"

#include <utility>
#include <vector>

namespace ooto::publish
{

namespace
{

constexpr const char *software = "gst-ooto";
// Home Assistant knows these two words only, and takes no notice of any other.
constexpr const char *isOnline = "{{ 'online' if value == 'online' else 'offline' }}";
constexpr const char *isLive = "{{ 'online' if value == 'live' else 'offline' }}";
/** Without `to_json` it is no JSON; an empty result, of an event that waited long, is ignored. */
constexpr const char *eventTemplate = "{{ dict(value_json, event_type=value_json.type) | to_json "
                                      "if value_json['delayed-ms'] | default(0) < 30000 }}";
/** "None" is Home Assistant's word for a state that is not known. */
constexpr const char *callsTemplate = "{{ value_json['calls-today'] | default(none) }}";
constexpr const char *budgetTemplate = "{{ value_json['budget-left'] | default(none) }}";
constexpr const char *diagnostic = "diagnostic";

/** What an entity's id may have: words of [a-z0-9] with single underscores between them. */
std::string entitySlug(const std::string &text)
{
    std::string result;
    for (const char c : text) {
        const bool isKept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (isKept)
            result += c;
        else if (!result.empty() && result.back() != '_')
            result += '_';
    }
    while (!result.empty() && result.back() == '_')
        result.pop_back();
    return result;
}

/** One component, open until it is left. */
class Component
{
public:
    Component(JsonText &json, const std::string &device, const char *platform, const char *id,
              const char *name)
        : json_(json)
    {
        json_.open(id)
            .set("platform", platform)
            .set("unique_id", device + "_" + id)
            .set("name", name)
            .set("default_entity_id", platform + ("." + entitySlug(device + "_" + id)));
    }
    Component(const Component &) = delete;
    Component &operator=(const Component &) = delete;
    ~Component() { json_.close(); }

    Component &set(const char *key, const std::string &value)
    {
        json_.set(key, value);
        return *this;
    }
    JsonText &json() { return json_; }

private:
    JsonText &json_;
};

void setAvailability(JsonText &json, const std::string &status, const std::string &camera)
{
    json.openList("availability");
    json.openItem().set("topic", status).set("value_template", isOnline).close();
    if (!camera.empty())
        json.openItem().set("topic", camera).set("value_template", isLive).close();
    json.closeList().set("availability_mode", "all");
}

void setRoot(JsonText &json, const std::string &id, const std::string &name,
             const std::string &version)
{
    json.open("device")
        .set("identifiers", std::vector<std::string>{id})
        .set("name", name)
        .set("manufacturer", software)
        .set("sw_version", version)
        .close();
    json.open("origin").set("name", software).set("sw_version", version).close();
    json.set("qos", 1);
}

void addFaces(JsonText &json, const std::string &device, const std::string &persons)
{
    Component(json, device, "sensor", "persons", "Persons")
        .set("icon", "mdi:account-multiple")
        .set("state_topic", persons)
        .set("value_template", "{{ value_json.text }}")
        .set("json_attributes_topic", persons);
    Component(json, device, "sensor", "faces", "Faces")
        .set("icon", "mdi:face-recognition")
        .set("state_topic", persons)
        .set("state_class", "measurement")
        .set("value_template", "{{ value_json.count }}");
    Component(json, device, "binary_sensor", "unknown", "Unknown face")
        .set("device_class", "occupancy")
        .set("state_topic", persons)
        .set("value_template", "{{ 'ON' if value_json.unknown > 0 else 'OFF' }}");
}

void addEvent(JsonText &json, const std::string &device, const std::string &topic)
{
    using Type = core::FaceEventType;
    std::vector<std::string> types;
    for (const Type type : {Type::New, Type::Answered, Type::Updated, Type::End})
        types.emplace_back(core::eventName(type));
    Component event(json, device, "event", "event", "Face");
    event.set("icon", "mdi:face-recognition")
        .set("state_topic", topic)
        .set("value_template", eventTemplate);
    event.json().set("event_types", types);
}

void addPhoto(JsonText &json, const std::string &device, const std::string &topic,
              HomeAssistant::Photo photo)
{
    if (photo == HomeAssistant::Photo::Shown)
        Component(json, device, "image", "photo", "Photo")
            .set("image_topic", topic)
            .set("content_type", "image/jpeg");
    else if (photo == HomeAssistant::Photo::Gone)
        json.open("photo").set("platform", "image").close();
}

/** What is to be seen of a camera that is not there, too. */
void addHealth(JsonText &json, const std::string &device, const MqttTopics &topics,
               const std::string &state)
{
    const auto begin = [&](Component &component, const std::string &topic, const char *value) {
        component.set("entity_category", diagnostic)
            .set("state_topic", topic)
            .set("value_template", value);
        setAvailability(json, topics.status(), {});
    };
    {
        Component connected(json, device, "binary_sensor", "connected", "Camera");
        begin(connected, state, "{{ 'ON' if value == 'live' else 'OFF' }}");
        connected.set("device_class", "connectivity");
    }
    {
        Component problem(json, device, "binary_sensor", "problem", "Service");
        begin(problem, topics.service(), "{{ 'OFF' if value_json.state == 'ok' else 'ON' }}");
        problem.set("device_class", "problem").set("json_attributes_topic", topics.service());
    }
    {
        Component calls(json, device, "sensor", "calls_today", "Calls today");
        begin(calls, topics.service(), callsTemplate);
        calls.set("state_class", "total_increasing").set("icon", "mdi:counter");
    }
    {
        Component budget(json, device, "sensor", "budget_left", "Budget left");
        begin(budget, topics.service(), budgetTemplate);
        budget.set("state_class", "measurement").set("icon", "mdi:counter");
    }
}

} // namespace

HomeAssistant::HomeAssistant(std::string discoveryPrefix, MqttTopics topics, std::string version)
    : discoveryPrefix_(std::move(discoveryPrefix)),
      topics_(std::move(topics)),
      version_(std::move(version))
{
}

std::string HomeAssistant::cameraId(const std::string &camera) const
{
    return core::slug(topics_.prefix) + "_" + core::slug(camera);
}

std::string HomeAssistant::personId(const std::string &templateId) const
{
    // No slug has a capital: no camera can be called so.
    return core::slug(topics_.prefix) + "_Person_" + core::slug(templateId);
}

std::string HomeAssistant::cameraTopic(const std::string &camera) const
{
    return discoveryPrefix_ + "/device/" + cameraId(camera) + "/config";
}

std::string HomeAssistant::personTopic(const std::string &templateId) const
{
    return discoveryPrefix_ + "/device/" + personId(templateId) + "/config";
}

std::string HomeAssistant::cameraDocument(const std::string &camera, Photo photo) const
{
    const std::string id = cameraId(camera);
    JsonText json;
    setRoot(json, id, camera, version_);
    setAvailability(json, topics_.status(), topics_.state(camera));
    json.open("components");
    addFaces(json, id, topics_.persons(camera));
    addEvent(json, id, topics_.event(camera));
    addPhoto(json, id, topics_.photo(camera), photo);
    addHealth(json, id, topics_, topics_.state(camera));
    json.close();
    return json.take();
}

std::string HomeAssistant::personDocument(const std::string &templateId,
                                          const std::string &name) const
{
    const std::string id = personId(templateId);
    JsonText json;
    setRoot(json, id, name, version_);
    setAvailability(json, topics_.status(), {});
    json.open("components")
        .open("place")
        .set("platform", "sensor")
        .set("unique_id", id + "_place")
        .setNull("name") // the device's
        .set("default_entity_id",
             "sensor." + entitySlug(core::slug(topics_.prefix) + "_" + core::slug(name)))
        .set("icon", "mdi:account")
        .set("state_topic", topics_.person(templateId))
        .close()
        .close();
    return json.take();
}

} // namespace ooto::publish
