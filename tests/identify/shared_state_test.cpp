// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests that cameras of several machines (processes with state directories of their own) have one
// budget, and one name for one person's stay.
#include "support/eventually.h"
#include "support/identify_support.h"
#include "support/photos.h"
#include "support/redis_server.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

class SharedState : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!RedisServer::installed())
            GTEST_SKIP() << "neither redis-server nor valkey-server is installed";
        redis = std::make_unique<RedisServer>();
    }

    /** A person who is asked about again and again: each answer is another one's. */
    std::string camera(unsigned limit) const
    {
        return "videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,"
               "framerate=10/1 ! ootoidentify detector=none min-quality=0 best-shot-window=0 "
               "max-attempts=100 reidentify-interval=1 analysis-rate=0/1 max-rate=0 "
               "shared-state=" +
               redis->uri() + " max-requests-per-day=" + std::to_string(limit) + " " +
               service.properties() + " ! fakesink ";
    }
    /** A machine with so many of them. */
    std::unique_ptr<ChildProcess> machine(unsigned cameras, unsigned limit)
    {
        std::string line;
        for (unsigned i = 0; i < cameras; ++i)
            line += camera(limit);
        folders.push_back(std::make_unique<ScratchDirectory>());
        auto process = std::make_unique<ChildProcess>();
        EXPECT_TRUE(process->start(
            {"env", "XDG_STATE_HOME=" + folders.back()->path(), SHARED_CAMERA, line}));
        return process;
    }
    bool waitForRequests(std::size_t count)
    {
        // The youth of an empty server is 10 s, after a flush once more.
        return service->waitForRequests(count, 60s);
    }
    void expectNoMoreThan(std::size_t count)
    {
        std::this_thread::sleep_for(4s);
        EXPECT_EQ(service->requests().size(), count);
    }

    Service service;
    std::unique_ptr<RedisServer> redis;
    std::vector<std::unique_ptr<ScratchDirectory>> folders;
};

TEST_F(SharedState, twoMachinesAskExactlyTwelveTimesWithAFlushInBetween)
{
    const auto first = machine(1, 12);
    const auto second = machine(1, 12);
    ASSERT_TRUE(waitForRequests(5));
    redis->flush();
    ASSERT_TRUE(waitForRequests(12));
    expectNoMoreThan(12);
}

TEST_F(SharedState, fourMachinesOfThreeCamerasAskExactlyAsOftenAsTheyMay)
{
    std::vector<std::unique_ptr<ChildProcess>> machines;
    for (int i = 0; i < 4; ++i)
        machines.push_back(machine(3, 150));
    ASSERT_TRUE(waitForRequests(150));
    expectNoMoreThan(150);
}

TEST_F(SharedState, theLimitHoldsWhenTheServerGoesForGood)
{
    const auto first = machine(1, 20);
    const auto second = machine(1, 20);
    ASSERT_TRUE(waitForRequests(5));
    redis->kill();
    std::this_thread::sleep_for(10s);
    const std::size_t then = service->requests().size();
    EXPECT_GT(then, 5U) << "each has a share";
    EXPECT_LE(then, 20U);
    expectNoMoreThan(then);
}

TEST_F(SharedState, aMachineThatIsKilledIsCountedToTheEnd)
{
    auto first = machine(1, 12);
    const auto second = machine(1, 12);
    ASSERT_TRUE(waitForRequests(6));
    first->end();
    ASSERT_TRUE(waitForRequests(11));
    std::this_thread::sleep_for(15s);
    EXPECT_LE(service->requests().size(), 12U);
}

/** One camera of this process, which looks at a person. */
struct Watcher {
    explicit Watcher(const std::string &properties) : identify(properties)
    {
        grace = makeScene(identify.info(), {{photos::hopperFile, 100, 40, 400}});
    }
    ~Watcher() { gst_buffer_unref(grace); }

    /** The visit of the first `answered`. */
    StructurePtr answered()
    {
        StructurePtr found;
        identify.pushUntil(grace, [&](GstBuffer *) {
            for (StructurePtr &message : identify.messages("ooto-face")) {
                if (stringField(message.get(), "type") == "answered" && !found)
                    found = std::move(message);
            }
            return found != nullptr;
        });
        return found;
    }

    Identify identify;
    GstBuffer *grace = nullptr;
};

std::string cameraProperties(const Service &service, const std::string &name,
                             const std::string &shared)
{
    return service.properties() +
           " detector=cascade max-requests-per-day=0 max-rate=0 camera=" + name +
           " user-agent=" + name + (shared.empty() ? "" : " shared-state=" + shared);
}

TEST_F(SharedState, oneStayHasOneNameAndIsMarkedWhereItGoesOn)
{
    service->setScript([](const server::ReceivedRequest &) -> std::optional<server::Reply> {
        return server::Reply{200,
                             0,
                             R"({"result":{"search":{"templateId":"grace","similarity":0.95}}})",
                             "application/json",
                             {}};
    });
    Watcher door(cameraProperties(service, "door", redis->uri()));
    const auto first = door.answered();
    ASSERT_TRUE(first);
    EXPECT_FALSE(gst_structure_has_field(first.get(), "visit-continued"));
    const std::string visit = stringField(first.get(), "visit-id");
    EXPECT_TRUE(visit.starts_with("door-")) << visit;
    ASSERT_TRUE(eventually([&] { return redis->keys().find("visit:") != std::string::npos; }));

    Watcher hall(cameraProperties(service, "hall", redis->uri()));
    const auto second = hall.answered();
    ASSERT_TRUE(second);
    EXPECT_EQ(stringField(second.get(), "visit-id"), visit);
    EXPECT_TRUE(gst_structure_has_field(second.get(), "visit-continued"));
}

TEST_F(SharedState, anAnswerDoesNotWaitForAServerThatIsAway)
{
    service->setScript([](const server::ReceivedRequest &) -> std::optional<server::Reply> {
        return server::Reply{200,
                             0,
                             R"({"result":{"search":{"templateId":"grace","similarity":0.95}}})",
                             "application/json",
                             {}};
    });
    Watcher door(cameraProperties(service, "door", redis->uri()));
    redis->kill();
    const auto answered = door.answered();
    ASSERT_TRUE(answered);
    EXPECT_TRUE(stringField(answered.get(), "visit-id").starts_with("door-"));
    ASSERT_TRUE(eventually([&] {
        const auto states = door.identify.messages("ooto-service");
        return std::any_of(states.begin(), states.end(), [](const StructurePtr &state) {
            return stringField(state.get(), "state") == "degraded" &&
                   stringField(state.get(), "reason").find("shared state") != std::string::npos;
        });
    }));
}

/** The error that the element stops with. */
std::string errorOf(const std::string &properties)
{
    GError *error = nullptr;
    GstElement *element = gst_parse_launch(
        ("ootoidentify endpoint=http://127.0.0.1:9/ dry-run=true detector=none " + properties)
            .c_str(),
        &error);
    EXPECT_NE(element, nullptr);
    GstBus *bus = gst_bus_new();
    gst_element_set_bus(element, bus);
    gst_element_set_state(element, GST_STATE_PAUSED);
    std::string text;
    if (GstMessage *message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR)) {
        GError *told = nullptr;
        gst_message_parse_error(message, &told, nullptr);
        text = told->message;
        g_error_free(told);
        gst_message_unref(message);
    }
    gst_element_set_state(element, GST_STATE_NULL);
    gst_element_set_bus(element, nullptr);
    gst_object_unref(bus);
    gst_object_unref(element);
    return text;
}

TEST(SharedStateUri, whatCannotBeUsedIsAnError)
{
    EXPECT_EQ(errorOf("shared-state=redis://127.0.0.1:9"), "");
    const std::string secret = errorOf("shared-state=redis://me:s3cret@127.0.0.1:9");
    EXPECT_NE(secret.find("list of processes"), std::string::npos) << secret;
    EXPECT_EQ(secret.find("s3cret"), std::string::npos);
    EXPECT_NE(errorOf("shared-state=http://127.0.0.1:9").find("no uri of a Redis"),
              std::string::npos);
    EXPECT_NE(errorOf("shared-state=redis://127.0.0.1/x").find("database"), std::string::npos);
    EXPECT_NE(errorOf("shared-state=redis://me@127.0.0.1").find("no password"), std::string::npos);
}

TEST(SharedStateUri, aPasswordCannotBeReadBack)
{
    GstElement *element = gst_parse_launch("ootoidentify", nullptr);
    for (const char *uri : {"redis://me:s3cret@127.0.0.1:9/1", "redis://me%3As3cret@127.0.0.1",
                            "redis:/me:s3cret@127.0.0.1"}) {
        g_object_set(element, "shared-state", uri, nullptr);
        gchar *shown = nullptr;
        g_object_get(element, "shared-state", &shown, nullptr);
        EXPECT_EQ(std::string(shown).find("s3cret"), std::string::npos) << shown;
        g_free(shown);
    }
    g_object_set(element, "shared-state", "redis://me@127.0.0.1:9/1", nullptr);
    gchar *shown = nullptr;
    g_object_get(element, "shared-state", &shown, nullptr);
    EXPECT_STREQ(shown, "redis://me@127.0.0.1:9/1");
    g_free(shown);
    gst_object_unref(element);
}

} // namespace
