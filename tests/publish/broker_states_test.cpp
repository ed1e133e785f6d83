// SPDX-License-Identifier: LGPL-2.1-or-later
// What a broker keeps of ootopublish: who and what is there now, for whoever comes later.
#include "broker_scene.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <thread>

namespace ooto::test
{
namespace
{

using enum core::FaceEventType;

constexpr const char *grace = "grace-hopper";
constexpr const char *eileen = "eileen-collins";
constexpr const char *bothLabels = "[labels]\ngrace-hopper=Grace\neileen-collins=Eileen\n";

class BrokerStates : public BrokerTest
{
protected:
    /** What a subscriber that comes now finds: payload by topic. Ends with the status. */
    static std::map<std::string, std::string> kept(const MosquittoBroker &broker)
    {
        MosquittoSubscriber subscriber(broker, "#");
        // Retained messages of one subscription come in one go, before what it says now.
        eventually([&] {
            const auto all = subscriber.all();
            return std::any_of(all.begin(), all.end(), [](const BrokerMessage &message) {
                return message.topic.starts_with("ooto/status/");
            });
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        std::map<std::string, std::string> found;
        for (const BrokerMessage &message : subscriber.all()) {
            // The rest is said while it looks.
            if (message.retained)
                found[message.topic] = message.payload;
        }
        return found;
    }
    static std::string statusOf(const std::map<std::string, std::string> &kept)
    {
        const auto found = std::find_if(kept.begin(), kept.end(), [](const auto &state) {
            return state.first.starts_with("ooto/status/");
        });
        return found == kept.end() ? "" : found->second;
    }
    static bool waitForPayload(MosquittoSubscriber &subscriber, const std::string &topic,
                               const std::string &payload)
    {
        return eventually([&] {
            const auto all = subscriber.on(topic);
            return !all.empty() && all.back().payload == payload;
        });
    }
};

TEST_F(BrokerStates, areThereAtOnceForWhoeverComesLater)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/#");
    ToldCamera camera(
        target(broker, "home-assistant=true labels-file=" + write("labels", bothLabels)), "door");
    camera.frame();
    camera.tell({.type = New});
    camera.tell({.type = Answered, .person = grace});
    ASSERT_EQ(subscriber.waitFor("ooto/camera/door/event", 2).size(), 2U);
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/person/grace-hopper", "door"));
    const auto states = kept(broker);
    EXPECT_EQ(statusOf(states), "online");
    EXPECT_EQ(states.at("ooto/camera/door/state"), "live");
    EXPECT_EQ(textMember(states.at("ooto/camera/door/persons"), "text"), "Grace");
    EXPECT_EQ(states.at("ooto/person/grace-hopper"), "door");
    EXPECT_EQ(states.at("ooto/person/eileen-collins"), "away");
    EXPECT_TRUE(states.contains("homeassistant/device/ooto_door/config"));
    EXPECT_TRUE(states.contains("homeassistant/device/ooto_Person_grace-hopper/config"));
    EXPECT_FALSE(states.contains("ooto/camera/door/event")) << "events are of one moment";
}

TEST_F(BrokerStates, areThereAgainOnABrokerThatCameBackEmpty)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/#");
    ToldCamera camera(
        target(broker, "home-assistant=true labels-file=" + write("labels", bothLabels)), "door");
    camera.frame();
    camera.tell({.type = Answered, .person = grace});
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/person/grace-hopper", "door"));
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 1; }));
    const auto before = kept(broker);
    ASSERT_GE(before.size(), 8U);
    broker.kill();
    ASSERT_TRUE(broker.start());
    ASSERT_TRUE(eventually([&] { return kept(broker) == before; }));
}

TEST_F(BrokerStates, willSaysOfflineAndANormalEndStopped)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/#");
    {
        ChildProcess other;
        ASSERT_TRUE(other.start({std::getenv("OOTO_TELLING_CAMERA"), target(broker)}));
        ASSERT_GE(subscriber.waitFor("ooto/camera/door/event").size(), 1U);
        EXPECT_EQ(statusOf(kept(broker)), "online");
    }
    EXPECT_TRUE(eventually([&] { return statusOf(kept(broker)) == "offline"; }));
    ToldCamera camera(target(broker), "door");
    camera.frame();
    camera.tell({.type = New});
    EXPECT_TRUE(eventually([&] { return statusOf(kept(broker)) == "online"; }));
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/camera/door/state", "live"));
    camera.stop();
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/camera/door/state", "off"));
    EXPECT_TRUE(eventually([&] { return statusOf(kept(broker)) == "stopped"; }));
    EXPECT_EQ(textMember(kept(broker).at("ooto/camera/door/persons"), "text"), "nobody");
}

TEST_F(BrokerStates, tellOfADeadCamera)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/camera/door/#");
    ToldCamera camera(target(broker), "door");
    camera.frame();
    const std::string id = camera.tell({.type = New, .track = 7});
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/camera/door/state", "live"));
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/camera/door/state", "stalled"));
    const auto events = subscriber.waitFor("ooto/camera/door/event", 2);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(textMember(events[1].payload, "type"), "end");
    EXPECT_EQ(textMember(events[1].payload, "reason"), "stopped");
    EXPECT_EQ(textMember(events[1].payload, "event-id"), id + "-end");
    camera.frame();
    EXPECT_TRUE(waitForPayload(subscriber, "ooto/camera/door/state", "live"));
}

TEST_F(BrokerStates, tellOfTheEndOfAStream)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/camera/door/#");
    ToldCamera camera(target(broker), "door");
    camera.frame();
    camera.tell({.type = New});
    camera.end();
    EXPECT_TRUE(waitForPayload(subscriber, "ooto/camera/door/state", "ended"));
    EXPECT_EQ(subscriber.waitFor("ooto/camera/door/event", 2).size(), 2U);
}

TEST_F(BrokerStates, ofPeopleAreThereBeforeTheyWereEverSeen)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "#");
    ToldCamera camera(
        target(broker, "home-assistant=true labels-file=" + write("labels", bothLabels)), "door");
    EXPECT_TRUE(waitForPayload(subscriber, "ooto/person/grace-hopper", "away"));
    EXPECT_TRUE(waitForPayload(subscriber, "ooto/person/eileen-collins", "away"));
    EXPECT_EQ(subscriber.waitFor("homeassistant/device/ooto_Person_grace-hopper/config").size(),
              1U);
}

TEST_F(BrokerStates, ofPeopleWhoAreGoneAreEmptied)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "#");
    ToldCamera camera(
        target(broker, "home-assistant=true labels-file=" + write("labels", bothLabels)), "door");
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/person/eileen-collins", "away"));
    ASSERT_EQ(subscriber.waitFor("homeassistant/device/ooto_Person_eileen-collins/config").size(),
              1U);
    write("labels", "[labels]\ngrace-hopper=Grace\n");
    EXPECT_TRUE(waitForPayload(subscriber, "ooto/person/eileen-collins", ""));
    EXPECT_TRUE(
        waitForPayload(subscriber, "homeassistant/device/ooto_Person_eileen-collins/config", ""));
    const auto states = kept(broker);
    EXPECT_TRUE(states.contains("ooto/person/grace-hopper"));
    EXPECT_FALSE(states.contains("ooto/person/eileen-collins"));
    EXPECT_FALSE(states.contains("homeassistant/device/ooto_Person_eileen-collins/config"));
}

TEST_F(BrokerStates, ofPeopleTakenOutDuringAnOutageAreEmptiedAfterIt)
{
    MosquittoBroker broker({.persistence = true});
    MosquittoSubscriber subscriber(broker, "#");
    ToldCamera camera(target(broker, "labels-file=" + write("labels", bothLabels)), "door");
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/person/eileen-collins", "away"));
    // Until it is on the broker's disk.
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    broker.kill();
    ASSERT_TRUE(camera.waitForReport("down"));
    write("labels", "[labels]\ngrace-hopper=Grace\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));
    ASSERT_TRUE(broker.start());
    EXPECT_TRUE(eventually([&] {
        const auto states = kept(broker);
        return statusOf(states) == "online" && states.contains("ooto/person/grace-hopper") &&
               !states.contains("ooto/person/eileen-collins");
    }));
}

TEST_F(BrokerStates, ofTheForgottenGo)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "#");
    ToldCamera camera(target(broker, "home-assistant=true presence-hold=0 labels-file=" +
                                         write("labels", bothLabels)),
                      "door");
    camera.frame();
    camera.tell({.type = Answered, .person = grace});
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/person/grace-hopper", "door"));
    camera.tell({.type = End, .person = grace});
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/person/grace-hopper", "away"));
    ASSERT_NE(kept(broker).at("ooto/camera/door/persons").find("Grace"), std::string::npos)
        << "the last one seen";
    g_signal_emit_by_name(camera.element(), "forget", grace, nullptr);
    EXPECT_TRUE(waitForPayload(subscriber, "ooto/person/grace-hopper", ""));
    EXPECT_TRUE(eventually([&] {
        const auto states = kept(broker);
        return std::none_of(states.begin(), states.end(), [](const auto &state) {
            return (state.first + state.second).find("grace") != std::string::npos ||
                   state.second.find("Grace") != std::string::npos;
        });
    }));
    EXPECT_TRUE(kept(broker).contains("ooto/person/eileen-collins"));
}

TEST_F(BrokerStates, areNotBroughtBackByWhatIsToldLateOfTheForgotten)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "#");
    ToldCamera camera(target(broker, "home-assistant=true presence-hold=0 labels-file=" +
                                         write("labels", bothLabels)),
                      "door");
    camera.frame();
    camera.tell({.type = New, .track = 1});
    camera.tell({.type = Answered, .track = 1, .person = grace});
    camera.tell({.type = New, .track = 2});
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/person/grace-hopper", "door"));
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 3; }));
    g_signal_emit_by_name(camera.element(), "forget", grace, nullptr);
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/person/grace-hopper", ""));
    const std::size_t before = subscriber.all().size();
    // Of a face that was in view, and of one that nobody has heard of.
    camera.tell({.type = Updated, .track = 1, .person = grace});
    camera.tell({.type = Answered, .track = 2, .person = grace});
    camera.tell({.type = Answered, .track = 3, .person = grace});
    camera.tell({.type = Answered, .track = 4, .person = eileen});
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/person/eileen-collins", "door"));
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 7; }));
    camera.stop();
    ASSERT_TRUE(eventually([&] {
        const auto all = subscriber.all();
        return all.back().topic.starts_with("ooto/status/") && all.back().payload == "stopped";
    }));
    const auto all = subscriber.all();
    std::size_t ends = 0;
    for (std::size_t i = before; i < all.size(); ++i) {
        EXPECT_EQ((all[i].topic + all[i].payload).find(grace), std::string::npos)
            << all[i].topic << " " << all[i].payload;
        EXPECT_EQ(all[i].payload.find("Grace"), std::string::npos) << all[i].topic;
        ends += textMember(all[i].payload, "type") == "end";
    }
    EXPECT_EQ(ends, 4U) << "each face is over all the same";
    // States of the forgetting may still come in between.
    const auto late =
        std::find_if(all.begin() + static_cast<std::ptrdiff_t>(before), all.end(),
                     [](const auto &message) { return message.topic == "ooto/camera/door/event"; });
    ASSERT_NE(late, all.end());
    EXPECT_EQ(textMember(late->payload, "status"), "unavailable") << late->payload;
    EXPECT_EQ(textMember(late->payload, "reason"), "forgotten");
}

TEST_F(BrokerStates, andTheSpoolLoseTheForgotten)
{
    MosquittoBroker broker({}, false);
    ToldCamera camera(target(broker, idsFormat()), "door");
    camera.tell({.type = Answered, .track = 1, .person = grace});
    const std::string other = camera.tell({.type = Answered, .track = 2, .person = eileen});
    const auto spoolHas = [&](const std::string &text) {
        bool has = false;
        for (const auto &entry : std::filesystem::directory_iterator(scratch_ / "spool"))
            has |= contentOf(entry.path()).find(text) != std::string::npos;
        return has;
    };
    ASSERT_TRUE(eventually([&] { return camera.stat("spooled") == 2; }));
    ASSERT_TRUE(spoolHas(grace));
    g_signal_emit_by_name(camera.element(), "forget", grace, nullptr);
    ASSERT_TRUE(eventually([&] { return camera.stat("spooled") == 1; }));
    EXPECT_FALSE(spoolHas(grace)) << "no byte of her stays";
    EXPECT_TRUE(spoolHas(eileen));
    const std::string late = camera.tell({.type = Answered, .track = 3, .person = grace});
    ASSERT_TRUE(eventually([&] { return camera.stat("spooled") == 2; }));
    EXPECT_FALSE(spoolHas(grace)) << "nor comes later";
    ASSERT_TRUE(broker.start());
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 2; }));
    EXPECT_EQ(broker.received("ooto/n/"),
              (std::vector<std::string>{"door/" + other, "door/" + late}));
}

TEST_F(BrokerStates, needANameOfTheCamerasOwnInHomeAssistant)
{
    MosquittoBroker broker;
    ToldCamera camera(target(broker, "home-assistant=true"), "ootoidentify0");
    camera.tell({.type = New});
    ASSERT_TRUE(eventually([&] { return !camera.errors().empty(); }));
    EXPECT_NE(camera.errors()[0].find("`camera`"), std::string::npos) << camera.errors()[0];
}

TEST_F(BrokerStates, needNoNameOfTheCamerasOwnElsewhere)
{
    MosquittoBroker broker;
    ToldCamera camera(target(broker), "ootoidentify0");
    camera.tell({.type = New});
    EXPECT_TRUE(eventually([&] { return camera.stat("acknowledged") == 1; }));
    EXPECT_TRUE(camera.errors().empty());
}

TEST_F(BrokerStates, ofACameraAreARunnersWhoTellsThem)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/camera/#");
    ToldCamera holder(target(broker), "nobody");
    const auto tell = [&holder](const char *camera, const char *state) {
        const system::ObjectHandle<GstPad> pad(
            gst_element_get_static_pad(holder.element(), "sink"));
        gst_pad_send_event(
            pad.get(),
            gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM_OOB,
                                 gst_structure_new("ooto-camera", "camera", G_TYPE_STRING, camera,
                                                   "state", G_TYPE_STRING, state, nullptr)));
    };
    // Of a camera without any stream.
    tell("yard", "off");
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/camera/yard/state", "off"));
    {
        ToldCamera camera(target(broker), "door");
        camera.frame();
        camera.tell({.type = New});
        ASSERT_TRUE(waitForPayload(subscriber, "ooto/camera/door/state", "live"));
        tell("door", "stalled");
        ASSERT_TRUE(waitForPayload(subscriber, "ooto/camera/door/state", "stalled"));
        tell("door", "on fire");
        camera.stop();
    }
    // The stream is gone, which would be `off` without the runner's word.
    tell("yard", "ended");
    ASSERT_TRUE(waitForPayload(subscriber, "ooto/camera/yard/state", "ended"));
    EXPECT_EQ(kept(broker).at("ooto/camera/door/state"), "stalled");
    ToldCamera again(target(broker), "door");
    again.frame();
    again.tell({.type = New, .track = 2});
    ASSERT_TRUE(eventually([&] { return again.stat("acknowledged") >= 3; }));
    EXPECT_EQ(kept(broker).at("ooto/camera/door/state"), "stalled") << "until the runner says live";
    tell("door", "live");
    EXPECT_TRUE(waitForPayload(subscriber, "ooto/camera/door/state", "live"));
}

TEST_F(BrokerStates, refuseTwoCamerasOfOneName)
{
    MosquittoBroker broker;
    ToldCamera first(target(broker, "home-assistant=true"), "door");
    ToldCamera second(target(broker, "home-assistant=true"), "door");
    first.tell({.type = New});
    ASSERT_TRUE(eventually([&] { return first.stat("acknowledged") == 1; }));
    second.tell({.type = New});
    ASSERT_TRUE(eventually([&] { return !second.errors().empty(); }));
    EXPECT_NE(second.errors()[0].find("'door'"), std::string::npos) << second.errors()[0];
    EXPECT_TRUE(first.errors().empty());
}

} // namespace
} // namespace ooto::test
