// SPDX-License-Identifier: LGPL-2.1-or-later
// The element at Debian's broker: who may come in, who is told what, and how it comes back.
#include "broker_scene.h"
#include "support/certificates.h"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;

constexpr const char *secret = "pa55-that-must-not-show";

class Broker : public BrokerTest
{
protected:
    /** A graph of the pipeline, and what its properties read back. */
    static std::string shown(GstElement *element)
    {
        std::string text;
        guint count = 0;
        GParamSpec **all = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
        for (guint i = 0; i < count; ++i) {
            if (!(all[i]->flags & G_PARAM_READABLE))
                continue;
            GValue value = G_VALUE_INIT;
            g_value_init(&value, all[i]->value_type);
            g_object_get_property(G_OBJECT(element), all[i]->name, &value);
            char *serialized = gst_value_serialize(&value);
            text += serialized ? serialized : "";
            g_free(serialized);
            g_value_unset(&value);
        }
        g_free(all);
        return text;
    }
};

TEST_F(Broker, deniedTopicIsToldAndNothingCountsAsDelivered)
{
    MosquittoBroker broker({.acl = "topic readwrite ooto/status/#\ntopic readwrite ooto/service/#\n"
                                   "topic write ooto/camera/door/state\n"
                                   "topic write ooto/camera/door/persons\n"});
    ToldCamera camera(target(broker), "door");
    camera.tell();
    ASSERT_TRUE(camera.waitForReport("unauthorized", "ooto/camera/door/event"));
    EXPECT_TRUE(eventually([&] { return camera.stat("retries") >= 2; })) << "the ACL may be mended";
    EXPECT_EQ(camera.stat("acknowledged"), 0U);
    EXPECT_EQ(camera.stat("spooled"), 1U);
    EXPECT_TRUE(camera.errors().empty());
}

TEST_F(Broker, deniedStateIsToldAndEventsPass)
{
    MosquittoBroker broker({.acl = "topic readwrite ooto/camera/door/event\n"});
    ToldCamera camera(target(broker), "door");
    camera.tell();
    EXPECT_TRUE(eventually([&] { return camera.stat("acknowledged") == 1; }));
    EXPECT_TRUE(camera.waitForReport("degraded", "ooto/"));
}

TEST_F(Broker, rightPasswordInTheFileMendsAWrongOneByItself)
{
    MosquittoBroker broker({.users = {{"camera", secret}}});
    const std::string file = write("credentials", "[publish]\nuser=camera\npassword=wrong-pa55\n");
    ToldCamera camera(target(broker, "retry-backoff-factor=3600 retry-backoff-max=3600 "
                                     "credentials-file=" +
                                         file),
                      "door");
    camera.tell();
    ASSERT_TRUE(camera.waitForReport("unauthorized"));
    EXPECT_EQ(camera.stat("acknowledged"), 0U);
    write("credentials", std::string("[publish]\nuser=camera\npassword=") + secret + "\n");
    EXPECT_TRUE(eventually([&] { return camera.stat("acknowledged") == 1; }));
    EXPECT_TRUE(camera.isInState("ok"));
    EXPECT_TRUE(camera.errors().empty());
}

TEST_F(Broker, passwordIsShownNowhere)
{
    MosquittoBroker broker({.users = {{"camera", secret}}});
    static std::string logged;
    logged.clear();
    const GstLogFunction keep = [](GstDebugCategory *, GstDebugLevel, const gchar *, const gchar *,
                                   gint, GObject *, GstDebugMessage *message, gpointer) {
        static std::mutex guard;
        const std::lock_guard lock(guard);
        logged += std::string(gst_debug_message_get(message)) + "\n";
    };
    gst_debug_add_log_function(keep, nullptr, nullptr);
    gst_debug_set_threshold_from_string("ooto*:9", FALSE);
    std::string told;
    {
        MosquittoSubscriber subscriber(broker, "#", "camera", secret);
        ToldCamera camera(target(broker, "user-id=camera user-pw=wr0ng-one"), "door");
        camera.tell();
        ASSERT_TRUE(camera.waitForReport("unauthorized"));
        g_object_set(camera.element(), "user-pw", secret, nullptr);
        ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 1; }));
        ASSERT_GE(subscriber.waitFor("ooto/camera/door/event").size(), 1U);
        for (const BrokerMessage &message : subscriber.all())
            told += message.topic + message.payload + message.properties;
        for (const ToldCamera::Report &report : camera.reports())
            told += report.json + report.reason;
        told += shown(camera.element());
    }
    gst_debug_remove_log_function(keep);
    gst_debug_set_threshold_from_string("", TRUE);
    for (const auto &entry : std::filesystem::recursive_directory_iterator(scratch_ / "spool")) {
        told += entry.path().string();
        if (entry.is_regular_file())
            told += contentOf(entry.path());
    }
    EXPECT_FALSE(logged.empty());
    for (const std::string &text : {told, logged}) {
        EXPECT_EQ(text.find(secret), std::string::npos);
        EXPECT_EQ(text.find("wr0ng-one"), std::string::npos);
    }
}

TEST_F(Broker, comesBackFromAHalfDeadConnection)
{
    MosquittoBroker broker;
    ToldCamera camera(target(broker), "door");
    camera.tell();
    ASSERT_TRUE(eventually([&] { return camera.stat("acknowledged") == 1; }));
    broker.freeze();
    camera.tell();
    ASSERT_TRUE(camera.waitForReport("down"));
    broker.thaw();
    EXPECT_TRUE(eventually([&] { return camera.stat("acknowledged") == 2; }));
    EXPECT_TRUE(camera.isInState("ok"));
}

TEST_F(Broker, isTrustedByItsCertificateAuthorityOnly)
{
    const Certificates certificates;
    if (!certificates.made())
        GTEST_SKIP() << "openssl is not installed";
    const Certificates others;
    MosquittoBroker broker({.certificate = certificates.good()});
    const std::string uri = " uri=mqtts://127.0.0.1:" + std::to_string(broker.port());
    {
        ToldCamera camera(target(broker, "ssl-ca-file=" + others.ca() + uri), "door");
        camera.tell();
        ASSERT_TRUE(camera.waitForReport("down", "certificate"));
        EXPECT_EQ(camera.stat("acknowledged"), 0U);
    }
    ToldCamera camera(target(broker, "ssl-ca-file=" + certificates.ca() + uri), "door");
    EXPECT_TRUE(eventually([&] { return camera.stat("acknowledged") == 2; }))
        << "what the first one kept, with the end";
    EXPECT_TRUE(camera.isInState("ok"));
}

TEST_F(Broker, twoPipelinesDoNotThrowEachOtherOut)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/#");
    // Other settings: a publisher of its own, for the same target.
    ToldCamera door(target(broker), "door");
    ToldCamera yard(target(broker, "presence-hold=60"), "yard");
    for (std::uint64_t i = 1; i <= 20; ++i) {
        door.tell({.track = i});
        yard.tell({.track = i});
        std::this_thread::sleep_for(50ms);
    }
    EXPECT_TRUE(eventually([&] { return door.stat("acknowledged") == 20; }));
    EXPECT_TRUE(eventually([&] { return yard.stat("acknowledged") == 20; }));
    EXPECT_EQ(subscriber.waitFor("ooto/camera/door/event", 20).size(), 20U);
    EXPECT_EQ(subscriber.waitFor("ooto/camera/yard/event", 20).size(), 20U);
    for (ToldCamera *camera : {&door, &yard}) {
        for (const auto &report : camera->reports())
            EXPECT_EQ(report.state, "ok") << report.reason;
    }
    std::set<std::string> clients;
    for (const BrokerMessage &message : subscriber.all()) {
        if (message.topic.starts_with("ooto/status/")) {
            EXPECT_EQ(message.payload, "online");
            clients.insert(message.topic);
        }
    }
    EXPECT_EQ(clients.size(), 2U);
}

TEST_F(Broker, twoProcessesDoNotThrowEachOtherOut)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/status/#");
    ChildProcess other;
    ASSERT_TRUE(other.start({std::getenv("OOTO_TELLING_CAMERA"), target(broker)}));
    ASSERT_TRUE(eventually([&] { return subscriber.all().size() == 1; }));
    ToldCamera camera(target(broker), "garage");
    for (std::uint64_t i = 1; i <= 20; ++i) {
        camera.tell({.track = i});
        std::this_thread::sleep_for(50ms);
    }
    EXPECT_TRUE(eventually([&] { return camera.stat("acknowledged") >= 20; }));
    const auto said = subscriber.all();
    ASSERT_EQ(said.size(), 2U);
    EXPECT_NE(said[0].topic, said[1].topic);
    EXPECT_EQ(said[0].payload + said[1].payload, "onlineonline");
    for (const auto &report : camera.reports())
        EXPECT_EQ(report.state, "ok") << report.reason;
    other.end();
    EXPECT_TRUE(eventually([&] { return subscriber.all().size() == 3; }));
    EXPECT_EQ(subscriber.all().back().payload, "offline");
    EXPECT_EQ(subscriber.all().back().topic, said[0].topic);
}

TEST_F(Broker, betterFactPassesAfterTheFirstNotice)
{
    using enum core::FaceEventType;
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/camera/door/event");
    ToldCamera camera(target(broker), "door");
    const std::vector<std::string> ids = {
        camera.tell({.type = New}), camera.tell({.type = Answered}),
        camera.tell({.type = Updated, .person = "Grace Hopper"}), camera.tell({.type = End})};
    const auto messages = subscriber.waitFor("ooto/camera/door/event", 4);
    ASSERT_EQ(messages.size(), 4U);
    for (std::size_t i = 0; i < ids.size(); ++i)
        EXPECT_EQ(textMember(messages[i].payload, "event-id"), ids[i]);
    EXPECT_EQ(textMember(messages[1].payload, "template-id"), "");
    EXPECT_EQ(textMember(messages[2].payload, "template-id"), "Grace Hopper");
    EXPECT_EQ(messages[2].properties, "event-id:" + ids[2]);
}

TEST_F(Broker, photoGoesBeforeItsEventAndNeitherIsRetained)
{
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "ooto/camera/door/#");
    ToldCamera camera(target(broker, "photos=message"), "door");
    ASSERT_TRUE(eventually([&] { return camera.isConnected(); }));
    camera.tell({.type = core::FaceEventType::Answered,
                 .photo = std::make_shared<core::PhotoBytes::element_type>(100, 7)});
    ASSERT_EQ(subscriber.waitFor("ooto/camera/door/event").size(), 1U);
    std::vector<std::string> order;
    for (const BrokerMessage &message : subscriber.all()) {
        if (message.topic.ends_with("/photo") || message.topic.ends_with("/event"))
            order.push_back(message.topic);
    }
    EXPECT_EQ(order,
              (std::vector<std::string>{"ooto/camera/door/photo", "ooto/camera/door/event"}));
    EXPECT_EQ(subscriber.on("ooto/camera/door/photo")[0].payload, std::string(100, 7));
    MosquittoSubscriber later(broker, "ooto/camera/door/#");
    ASSERT_GE(later.waitFor("ooto/camera/door/state").size(), 1U);
    EXPECT_TRUE(later.on("ooto/camera/door/photo").empty());
    EXPECT_TRUE(later.on("ooto/camera/door/event").empty());
}

} // namespace
} // namespace ooto::test
