// SPDX-License-Identifier: LGPL-2.1-or-later
// The MQTT line tells a broker about a video file.
#include "run_program.h"
#include "support/mosquitto_broker.h"
#include "support/scratch_directory.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

namespace ooto::test
{

namespace
{

/** Two seconds of a test picture. @return whether it was written */
bool writeVideo(const std::string &path)
{
    gst_init(nullptr, nullptr);
    GstElement *pipeline =
        gst_parse_launch(("videotestsrc num-buffers=60 ! "
                          "video/x-raw,width=320,height=240,framerate=30/1 ! jpegenc ! "
                          "avimux ! filesink location=" +
                          path)
                             .c_str(),
                         nullptr);
    if (!pipeline)
        return false;
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstBus *bus = gst_element_get_bus(pipeline);
    GstMessage *message = gst_bus_timed_pop_filtered(
        bus, 20 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    const bool ended = message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    gst_clear_message(&message);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(bus);
    gst_object_unref(pipeline);
    return ended;
}

TEST(MqttLine, tellsABrokerAboutAFile)
{
    if (!MosquittoBroker::installed())
        GTEST_SKIP() << "mosquitto is not installed";
    const ScratchDirectory scratch;
    ASSERT_TRUE(writeVideo(scratch / "clip.avi"));
    std::ofstream(scratch / "labels") << "[labels]\ngrace-hopper=Grace\n";
    MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "#");
    auto environment = harmlessEnvironment();
    environment.push_back({"OOTO_SINK", "fakesink"});
    environment.push_back({"OOTO_TEST_FRAMES", "50"});
    environment.push_back({"OOTO_BROKER", "mqtt://127.0.0.1:" + std::to_string(broker.port())});
    environment.push_back({"OOTO_CAMERA", "door"});
    environment.push_back({"OOTO_LABELS_FILE", scratch / "labels"});
    environment.push_back({"XDG_STATE_HOME", scratch.path()});
    const ProgramResult result =
        runProgram({SOURCE_ROOT "/pipelines/mqtt", scratch / "clip.avi"}, environment);
    EXPECT_EQ(result.exitCode, 0) << result.errors;
    const auto states = subscriber.waitFor("ooto/camera/door/state", 2);
    ASSERT_GE(states.size(), 2U);
    EXPECT_EQ(states.front().payload, "live");
    EXPECT_EQ(states.back().payload, "off");
    EXPECT_GE(subscriber.waitFor("ooto/person/grace-hopper").size(), 1U);
    EXPECT_EQ(subscriber.waitFor("homeassistant/device/ooto_door/config").size(), 1U);
    EXPECT_TRUE(eventually([&] {
        const auto all = subscriber.all();
        return std::any_of(all.begin(), all.end(), [](const BrokerMessage &message) {
            return message.topic.starts_with("ooto/status/") && message.payload == "stopped";
        });
    }));
}

TEST(MqttLine, takesCamerasFilesAndStreams)
{
    auto environment = harmlessEnvironment();
    environment.push_back({"GST_LAUNCH", "/bin/echo"});
    const auto lineFor = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), SOURCE_ROOT "/pipelines/mqtt");
        return runProgram(arguments, environment).output;
    };
    EXPECT_NE(lineFor({}).find("v4l2src device=/dev/video0 ! decodebin"), std::string::npos);
    EXPECT_NE(lineFor({"rtsp://camera/x"}).find("rtspsrc location=rtsp://camera/x "),
              std::string::npos);
    EXPECT_NE(lineFor({"clip.mp4"}).find("filesrc location=clip.mp4 ! decodebin"),
              std::string::npos);
    EXPECT_NE(
        lineFor({}).find("ootopublish uri=mqtt://127.0.0.1 home-assistant=true ! ootooverlay"),
        std::string::npos);
    environment.push_back({"OOTO_PUBLISH_PASSWORD", "aSecretPassword"});
    environment.push_back({"OOTO_PUBLISH_CREDENTIALS_FILE", "/another/file"});
    EXPECT_EQ(lineFor({}).find("aSecretPassword"), std::string::npos);
    EXPECT_NE(lineFor({}).find("ootopublish uri=mqtt://127.0.0.1 home-assistant=true "
                               "credentials-file=/another/file"),
              std::string::npos);
}

} // namespace

} // namespace ooto::test
