// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/mqtt_layout.h"

#include "system/handles.h"

#include <json-glib/json-glib.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

using namespace std::chrono_literals;

namespace ooto::publish
{

namespace
{

using core::FaceEventType;
using core::Status;
using Publications = MqttLayout::Publications;
/** What a broker would hold: payload by topic. */
using Held = std::map<std::string, std::string>;

constexpr std::chrono::system_clock::time_point noon{1700000000s}; // 2023-11-14T22:13:20Z
constexpr const char *annasId = "0b8f3c1e-9c1f-4e50-a3c5-1f1f0d4b9a01";

MqttLayoutSettings settings(bool homeAssistant = false)
{
    return {.prefix = "ooto",
            .clientId = "box-1",
            .homeAssistant = homeAssistant,
            .presenceHold = 10s,
            .keepIdentified = std::chrono::hours(2),
            .photos = false,
            .version = "1.0"};
}

metadata::FaceMessage told(FaceEventType type, std::uint64_t track, Status status,
                           const std::string &id = {}, const std::string &name = {})
{
    metadata::FaceMessage message;
    message.type = type;
    message.face.trackId = track;
    message.face.status = status;
    message.face.templateId = id;
    message.face.name = name;
    return message;
}

metadata::FaceMessage anna(FaceEventType type, std::uint64_t track)
{
    return told(type, track, Status::Identified, annasId, "Anna");
}

void hold(Held &held, const Publications &publications)
{
    for (const auto &publication : publications) {
        EXPECT_TRUE(publication.retain) << publication.topic;
        EXPECT_EQ(publication.qos, 1) << publication.topic;
        EXPECT_EQ(publication.topic.find_first_of("+#"), std::string::npos) << publication.topic;
        if (publication.payload.empty())
            held.erase(publication.topic);
        else
            held[publication.topic] = publication.payload;
    }
}

std::set<std::string> topicsOf(const Publications &publications)
{
    std::set<std::string> topics;
    for (const auto &publication : publications)
        topics.insert(publication.topic);
    return topics;
}

std::shared_ptr<const metadata::Labels> labels(metadata::Labels given)
{
    return std::make_shared<const metadata::Labels>(std::move(given));
}

/** A member of a JSON object as text; empty where there is none. */
std::string memberOf(const std::string &json, const char *path)
{
    const system::ObjectHandle<JsonParser> parser(json_parser_new());
    if (!json_parser_load_from_data(parser.get(), json.c_str(), -1, nullptr))
        return "no JSON: " + json;
    const system::Handle<JsonNode, json_node_unref> found(
        json_path_query(path, json_parser_get_root(parser.get()), nullptr));
    const system::CharsHandle text(json_to_string(found.get(), FALSE));
    std::string result(text.get());
    return result.size() > 2 ? result.substr(1, result.size() - 2) : std::string();
}

} // namespace

TEST(MqttLayout, statusIsTheWill)
{
    MqttLayout layout(settings());
    mqtt::Publication will = layout.will();
    EXPECT_EQ(will.topic, "ooto/status/box-1");
    EXPECT_EQ(will.payload, "offline");
    EXPECT_TRUE(will.retain);
    EXPECT_EQ(will.qos, 1);
    const auto all = layout.everything(1s);
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all.back().topic, will.topic);
    EXPECT_EQ(all.back().payload, "online");
}

TEST(MqttLayout, eventsAreNotRetained)
{
    MqttLayout layout(settings());
    const auto event = layout.event("Front door", "{}");
    EXPECT_TRUE(event.topic.starts_with("ooto/camera/front-door-")) << event.topic;
    EXPECT_TRUE(event.topic.ends_with("/event")) << event.topic;
    EXPECT_FALSE(event.retain);
    EXPECT_EQ(event.qos, 1);
    EXPECT_EQ(event.payload, "{}");
}

TEST(MqttLayout, photosAreBytesWithoutAssurance)
{
    MqttLayout layout(settings());
    const spool::Picture picture{std::make_shared<const std::vector<std::uint8_t>>(
                                     std::vector<std::uint8_t>{0xff, 0x00, 0xd8}),
                                 false};
    const auto photo = layout.photo("door", picture, false);
    EXPECT_EQ(photo.topic, "ooto/camera/door/photo");
    EXPECT_EQ(photo.payload, std::string("\xff\x00\xd8", 3));
    EXPECT_FALSE(photo.retain);
    EXPECT_EQ(photo.qos, 0);
    EXPECT_EQ(photo.contentType, "image/jpeg");
    EXPECT_EQ(layout.photo("door", picture, true).topic, "ooto/camera/door/snapshot");
    EXPECT_EQ(layout.photo("door", {}, true).payload, "");
}

TEST(MqttLayout, personsFollowEvents)
{
    MqttLayout layout(settings());
    Held held;
    hold(held, layout.noteCamera("door", CameraState::Live, 1s));
    const std::string topic = "ooto/camera/door/persons";
    EXPECT_EQ(held["ooto/camera/door/state"], "live");
    EXPECT_EQ(held[topic], R"({"text":"nobody","persons":[],"unknown":0,"spoof":0,"count":0})");
    hold(held, layout.noteEvent("door", told(FaceEventType::New, 1, Status::Pending), 1s, noon));
    EXPECT_EQ(memberOf(held[topic], "$.count"), "1");
    hold(held, layout.noteEvent("door", anna(FaceEventType::Answered, 1), 2s, noon));
    hold(held,
         layout.noteEvent("door", told(FaceEventType::Answered, 2, Status::Unknown), 2s, noon));
    hold(held, layout.noteEvent("door", told(FaceEventType::Answered, 3, Status::Spoof), 2s, noon));
    EXPECT_EQ(held[topic], R"({"text":"Anna","persons":["Anna"],"unknown":1,"spoof":1,"count":3,)"
                           R"("last":{"name":"Anna","time":"2023-11-14T22:13:20Z"}})");

    hold(held, layout.noteEvent("door", anna(FaceEventType::End, 1), 3s, noon));
    EXPECT_EQ(memberOf(held[topic], "$.text"), "\"Anna\"");
    EXPECT_EQ(memberOf(held[topic], "$.count"), "2");
    ASSERT_EQ(layout.nextChange(), MqttLayout::Time(13s));
    EXPECT_TRUE(layout.advance(13s - 1ms).empty());
    hold(held, layout.advance(13s));
    EXPECT_EQ(memberOf(held[topic], "$.text"), "\"nobody\"");
    EXPECT_EQ(memberOf(held[topic], "$.last.name"), "\"Anna\"");
    hold(held, layout.advance(3h));
    EXPECT_EQ(memberOf(held[topic], "$.last"), "");
}

TEST(MqttLayout, whatIsSaidIsNotSaidAgain)
{
    MqttLayout layout(settings(true));
    EXPECT_FALSE(layout.noteCamera("door", CameraState::Live, 1s).empty());
    EXPECT_TRUE(layout.noteCamera("door", CameraState::Live, 2s).empty());
    EXPECT_FALSE(layout.noteEvent("door", anna(FaceEventType::New, 1), 2s, noon).empty());
    EXPECT_TRUE(layout.noteEvent("door", anna(FaceEventType::Updated, 1), 3s, noon).empty());
    EXPECT_EQ(topicsOf(layout.noteCamera("door", CameraState::Stalled, 4s)),
              std::set<std::string>{"ooto/camera/door/state"});
    ServiceFacts service{.state = "down", .reason = "nobody listens", .since = "2025"};
    EXPECT_FALSE(layout.noteService(service).empty());
    EXPECT_TRUE(layout.noteService(service).empty());
}

TEST(MqttLayout, everythingIsWhatWasSaidSoFar)
{
    MqttLayout layout(settings(true));
    Held held;
    hold(held, layout.everything(1s));
    hold(held, layout.setLabels(labels({{annasId, "Anna"}, {"b", "Ben"}}), 1s));
    hold(held, layout.noteCamera("door", CameraState::Live, 1s));
    hold(held, layout.noteCamera("yard", CameraState::Stalled, 1s));
    hold(held, layout.noteEvent("door", anna(FaceEventType::New, 1), 2s, noon));
    hold(held, layout.noteService({.state = "ok", .callsToday = 7, .budgetLeft = 3}));
    hold(held, layout.setLabels(labels({{annasId, "Anna"}}), 3s));
    hold(held, layout.dropCamera("yard"));
    Held empty;
    hold(empty, layout.everything(4s));
    EXPECT_EQ(empty, held);
    EXPECT_EQ(held["ooto/service/box-1"], R"({"state":"ok","calls-today":7,"budget-left":3})");
    EXPECT_EQ(held.size(), 7U);
}

TEST(MqttLayout, factsThatAreNotKnownAreLeftOut)
{
    MqttLayout layout(settings());
    const auto said = layout.noteService({.state = "down", .reason = "\"x\"\n", .since = "t"});
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].payload, R"({"state":"down","reason":"\"x\"\n","since":"t"})");
}

TEST(MqttLayout, whatWasEmptiedWithoutAConnectionIsEmptiedWithTheNext)
{
    MqttLayout layout(settings(true));
    Held held;
    hold(held, layout.noteCamera("door", CameraState::Live, 1s));
    hold(held, layout.setLabels(labels({{annasId, "Anna"}}), 1s));
    layout.dropCamera("door");
    layout.setLabels(nullptr, 2s);
    hold(held, layout.everything(3s));
    EXPECT_EQ(held.size(), 2U) << "status and service";
    EXPECT_EQ(layout.everything(4s).size(), 2U);
}

TEST(MqttLayout, cameraThatComesBackIsNotEmptied)
{
    MqttLayout layout(settings(true));
    layout.noteCamera("door", CameraState::Live, 1s);
    layout.dropCamera("door");
    layout.noteCamera("door", CameraState::Live, 2s);
    for (const auto &publication : layout.everything(3s))
        EXPECT_NE(publication.payload, "") << publication.topic;
}

TEST(MqttLayout, nameThatChangesLeaves)
{
    MqttLayout layout(settings());
    Held held;
    hold(held, layout.noteEvent("door", anna(FaceEventType::Answered, 1), 1s, noon));
    hold(held,
         layout.noteEvent("door", told(FaceEventType::Updated, 1, Status::Identified, "b", "Ben"),
                          2s, noon));
    EXPECT_EQ(memberOf(held["ooto/camera/door/persons"], "$.text"), "\"Ben\"");
    hold(held,
         layout.noteEvent("door", told(FaceEventType::Updated, 1, Status::Pending), 3s, noon));
    EXPECT_EQ(memberOf(held["ooto/camera/door/persons"], "$.text"), "\"nobody\"");
}

TEST(MqttLayout, personsOfTheLabelsHaveATopic)
{
    MqttLayout layout(settings(true));
    Held held;
    hold(held, layout.setLabels(labels({{annasId, "Anna"}}), 1s));
    const std::string topic = std::string("ooto/person/") + annasId;
    EXPECT_EQ(held[topic], "away") << "before he was ever seen";
    const std::string device =
        std::string("homeassistant/device/ooto_Person_") + annasId + "/config";
    EXPECT_EQ(memberOf(held[device], "$.device.name"), "\"Anna\"");

    // The service may write the digits of a UUID in capitals.
    auto seen = anna(FaceEventType::Answered, 1);
    seen.face.templateId = "0B8F3C1E-9C1F-4E50-A3C5-1F1F0D4B9A01";
    hold(held, layout.noteEvent("Front door", seen, 2s, noon));
    EXPECT_EQ(held[topic], "Front door");
    hold(held, layout.noteEvent("yard", anna(FaceEventType::Answered, 2), 3s, noon));
    EXPECT_EQ(held[topic], "yard");
    hold(held, layout.noteEvent("yard", anna(FaceEventType::End, 2), 4s, noon));
    hold(held, layout.advance(14s));
    EXPECT_EQ(held[topic], "Front door");
    hold(held, layout.noteEvent("Front door", anna(FaceEventType::End, 1), 15s, noon));
    hold(held, layout.advance(25s));
    EXPECT_EQ(held[topic], "away");
    hold(held,
         layout.noteEvent("yard", told(FaceEventType::Answered, 3, Status::Identified, "c", "Cy"),
                          26s, noon));
    EXPECT_FALSE(held.contains("ooto/person/c"));
}

TEST(MqttLayout, renamedPersonIsRemovedFirst)
{
    MqttLayout layout(settings(true));
    layout.setLabels(labels({{annasId, "Anna"}, {"b", "Ben"}}), 1s);
    const auto said = layout.setLabels(labels({{annasId, "Anne"}, {"b", "Ben"}}), 2s);
    ASSERT_EQ(said.size(), 4U);
    EXPECT_EQ(said[0].payload, "");
    EXPECT_EQ(said[1].payload, "");
    EXPECT_EQ(said[2].topic, said[0].topic);
    EXPECT_EQ(memberOf(said[2].payload, "$.device.name"), "\"Anne\"");
    EXPECT_EQ(said[3].topic, said[1].topic);
    EXPECT_EQ(said[3].payload, "away");
}

TEST(MqttLayout, atMostTwoHundredPeopleHaveATopic)
{
    MqttLayout layout(settings());
    metadata::Labels many;
    for (int i = 0; i < 203; ++i)
        many["id-" + std::to_string(1000 + i)] = "Name " + std::to_string(i);
    EXPECT_EQ(layout.setLabels(labels(many), 1s).size(), 200U);
    EXPECT_NE(layout.notice().find(" 3 "), std::string::npos) << layout.notice();
    many["id-0"] = "First by id";
    EXPECT_TRUE(layout.setLabels(labels(many), 1s).empty()) << "who has a topic keeps it";
    EXPECT_NE(layout.notice().find(" 4 "), std::string::npos) << layout.notice();
    many.erase("id-1000");
    EXPECT_EQ(topicsOf(layout.setLabels(labels(many), 1s)),
              (std::set<std::string>{"ooto/person/id-1000", "ooto/person/id-0"}));
    layout.setLabels(labels({{"a", "A"}}), 1s);
    EXPECT_EQ(layout.notice(), "");
}

TEST(MqttLayout, longListsAreCutAtCharacters)
{
    MqttLayout layout(settings());
    Held held;
    std::string hundred;
    for (int i = 0; i < 100; ++i)
        hundred += "ж";
    for (std::uint64_t i = 1; i <= 3; ++i) {
        const std::string id(1, static_cast<char>('a' + i));
        hold(held, layout.noteEvent(
                       "door", told(FaceEventType::New, i, Status::Identified, id, hundred + id),
                       1s, noon));
    }
    const std::string text = memberOf(held["ooto/camera/door/persons"], "$.text");
    ASSERT_TRUE(g_utf8_validate(text.c_str(), -1, nullptr));
    EXPECT_EQ(g_utf8_strlen(text.c_str(), -1), 255 + 2) << "with its quotes";
    EXPECT_TRUE(text.ends_with("ж…\"")) << text;
}

TEST(MqttLayout, hostileNamesBreakNothing)
{
    MqttLayout layout(settings(true));
    Held held;
    const std::string camera = "a/+/#\"},\xff";
    hold(held, layout.noteCamera(camera, CameraState::Live, 1s));
    const std::string name = "\"}],{{ x }}\\\n\xff";
    hold(held, layout.setLabels(labels({{"x/#", name}}), 1s));
    hold(held, layout.noteEvent(
                   camera, told(FaceEventType::New, 1, Status::Identified, "x/#", name), 1s, noon));
    unsigned documents = 0;
    for (const auto &[topic, payload] : held) {
        if (!payload.starts_with("{"))
            continue;
        ++documents;
        EXPECT_EQ(memberOf(payload, "$"), payload);
    }
    EXPECT_EQ(documents, 3U);
    const std::string clash = layout.slugClash("other");
    EXPECT_EQ(clash, "");
}

TEST(MqttLayout, lateAnswerOpensNoFace)
{
    MqttLayout layout(settings());
    Held held;
    const std::string topic = "ooto/camera/door/persons";
    hold(held, layout.noteEvent("door", told(FaceEventType::New, 1, Status::Pending), 1s, noon));
    hold(held, layout.noteEvent("door", told(FaceEventType::End, 1, Status::Pending), 2s, noon));
    auto late = anna(FaceEventType::Answered, 1);
    late.late = true;
    hold(held, layout.noteEvent("door", late, 3s, noon));
    EXPECT_EQ(memberOf(held[topic], "$.count"), "0");
    EXPECT_EQ(memberOf(held[topic], "$.text"), "\"Anna\"");
    hold(held, layout.advance(12s));
    EXPECT_EQ(memberOf(held[topic], "$.text"), "\"nobody\"");
}

TEST(MqttLayout, buffersMakeUpForLostEvents)
{
    MqttLayout layout(settings());
    Held held;
    const std::string topic = "ooto/camera/door/persons";
    const auto face = anna(FaceEventType::New, 1).face;
    metadata::ReadFace another; // of a region that somebody else attached
    another.trackId = 9;
    another.name = "person";
    hold(held, layout.noteFaces("door", {face, another}, 1s, noon));
    EXPECT_EQ(memberOf(held[topic], "$.count"), "1");
    EXPECT_EQ(memberOf(held[topic], "$.text"), "\"Anna\"");
    EXPECT_TRUE(layout.noteFaces("door", {face, another}, 2s, noon).empty());
    EXPECT_TRUE(layout.noteFaces("door", {}, 100s, noon).empty())
        << "who is out of sight is not on the buffer";
    auto now = face;
    now.status = Status::Unknown;
    now.templateId = now.name = "";
    hold(held, layout.noteFaces("door", {now}, 101s, noon));
    EXPECT_EQ(memberOf(held[topic], "$.unknown"), "1");
    EXPECT_EQ(memberOf(held[topic], "$.text"), "\"nobody\"");
}

TEST(MqttLayout, unnamedPeopleHaveTheirLabelOrTheirId)
{
    MqttLayout layout(settings());
    Held held;
    const std::string topic = "ooto/camera/door/persons";
    hold(held, layout.setLabels(labels({{annasId, "Anna"}}), 1s));
    hold(held, layout.noteEvent("door", told(FaceEventType::New, 1, Status::Identified, annasId),
                                1s, noon));
    hold(held,
         layout.noteEvent("door", told(FaceEventType::New, 2, Status::Identified, "b7"), 1s, noon));
    EXPECT_EQ(memberOf(held[topic], "$.persons"), R"(["Anna","b7"])");
}

TEST(MqttLayout, forgottenPersonIsEmptied)
{
    MqttLayout layout(settings(true));
    Held held;
    hold(held, layout.setLabels(labels({{annasId, "Anna"}, {"b", "Ben"}}), 1s));
    hold(held, layout.noteEvent("door", anna(FaceEventType::New, 1), 1s, noon));
    hold(held, layout.forget({.templateId = annasId, .visitId = {}}, 2s));
    hold(held, layout.noteEvent("door", anna(FaceEventType::Updated, 1), 3s, noon));
    hold(held, layout.setLabels(labels({{annasId, "Anna"}, {"b", "Benny"}}), 4s));
    hold(held, layout.everything(5s));
    for (const auto &[topic, payload] : held) {
        EXPECT_EQ((topic + payload).find(annasId), std::string::npos) << topic;
        EXPECT_EQ(payload.find("Anna"), std::string::npos) << topic << payload;
    }
    EXPECT_EQ(held["ooto/person/b"], "away");
    hold(held, layout.setLabels(labels({{"b", "Ben"}}), 6s));
    hold(held, layout.setLabels(labels({{annasId, "Anna"}, {"b", "Ben"}}), 7s));
    EXPECT_TRUE(held.contains(std::string("ooto/person/") + annasId)) << "put in anew";
}

TEST(MqttLayout, farewellsLeaveNoNames)
{
    MqttLayout layout(settings());
    Held held;
    hold(held, layout.setLabels(labels({{annasId, "Anna"}}), 1s));
    hold(held, layout.noteEvent("door", anna(FaceEventType::New, 1), 1s, noon));
    const auto farewells = layout.farewells();
    hold(held, farewells);
    EXPECT_EQ(farewells.back().topic, layout.will().topic);
    EXPECT_EQ(farewells.back().payload, "stopped");
    EXPECT_EQ(held["ooto/camera/door/state"], "off");
    EXPECT_EQ(memberOf(held["ooto/camera/door/persons"], "$.text"), "\"nobody\"");
    EXPECT_EQ(held[std::string("ooto/person/") + annasId], "away");
}

TEST(MqttLayout, photoThatIsGoneIsSaidOnce)
{
    auto given = settings(true);
    given.photos = true;
    MqttLayout layout(given);
    Held held;
    const std::string topic = "homeassistant/device/ooto_door/config";
    hold(held, layout.noteCamera("door", CameraState::Live, 1s));
    EXPECT_EQ(memberOf(held[topic], "$.components.photo.image_topic"),
              "\"ooto/camera/door/photo\"");
    hold(held, layout.setPhotos(false));
    EXPECT_EQ(memberOf(held[topic], "$.components.photo"), R"({"platform":"image"})");
    hold(held, layout.everything(2s));
    EXPECT_EQ(memberOf(held[topic], "$.components.photo"), R"({"platform":"image"})")
        << "it may not have got there before";
    hold(held, layout.everything(3s));
    EXPECT_EQ(memberOf(held[topic], "$.components.photo"), "");
    EXPECT_TRUE(layout.setPhotos(false).empty());
    hold(held, layout.setPhotos(true));
    EXPECT_NE(memberOf(held[topic], "$.components.photo"), "");
}

TEST(MqttLayout, prefixIsPartOfEachTopicAndId)
{
    auto given = settings(true);
    given.prefix = "site/two";
    MqttLayout layout(given);
    Held held;
    hold(held, layout.noteCamera("door", CameraState::Live, 1s));
    hold(held, layout.everything(1s));
    for (const auto &[topic, payload] : held) {
        EXPECT_TRUE(topic.starts_with("site/two/") ||
                    topic.starts_with("homeassistant/device/site-two-"))
            << topic;
    }
}

TEST(MqttLayout, tellsWhoseSlugACameraHas)
{
    MqttLayout layout(settings());
    layout.noteCamera("Door", CameraState::Live, 1s);
    const std::string event = layout.event("Door", "{}").topic;
    const std::string slug = event.substr(12, event.size() - 12 - 6); // ooto/camera/…/event
    EXPECT_EQ(layout.slugClash("Door"), "");
    EXPECT_EQ(layout.slugClash("door"), "");
    EXPECT_EQ(layout.slugClash(slug), "Door");
}

} // namespace ooto::publish
