// SPDX-License-Identifier: LGPL-2.1-or-later
// The webhook line tells a web server whom a video file shows, with the photo.
#include "publish/webhook_signature.h"
#include "run_program.h"
#include "server.h"
#include "support/scratch_directory.h"
#include "support/web_server.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <fstream>

namespace ooto::test
{

namespace
{

constexpr const char *portrait = "/usr/share/doc/facedetect/examples/grace_hopper_512x512.jpg";
constexpr const char *secret = "whsec_bmV3LXNlY3JldC1vZi0yNC1ieXRlcw==";

/** Ten seconds of a portrait. @return whether it was written */
bool writeVideo(const std::string &path)
{
    gst_init(nullptr, nullptr);
    GstElement *pipeline = gst_parse_launch(
        (std::string("filesrc location=") + portrait +
         " ! jpegdec ! imagefreeze num-buffers=250 ! videoconvert ! "
         "video/x-raw,format=I420,framerate=25/1 ! jpegenc ! avimux ! filesink location=" +
         path)
            .c_str(),
        nullptr);
    if (!pipeline)
        return false;
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstBus *bus = gst_element_get_bus(pipeline);
    GstMessage *message = gst_bus_timed_pop_filtered(
        bus, 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    const bool ended = message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    gst_clear_message(&message);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(bus);
    gst_object_unref(pipeline);
    return ended;
}

bool has(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

/** The first request about an event of this type, if there is one. */
const WebRequest *ofType(const std::vector<WebRequest> &requests, const std::string &type)
{
    const auto found =
        std::find_if(requests.begin(), requests.end(), [&](const WebRequest &request) {
            return has(request.body, "\"type\":\"" + type + "\"");
        });
    return found == requests.end() ? nullptr : &*found;
}

TEST(WebhookLine, tellsAWebServerWhomAFileShows)
{
    const ScratchDirectory scratch;
    ASSERT_TRUE(writeVideo(scratch / "clip.avi"));
    server::ServerOptions options;
    options.appId = options.appKey = "test";
    options.enrolFirst = "grace-hopper";
    std::string error;
    const auto service = server::IdentifyServer::start(options, error);
    ASSERT_TRUE(service) << error;
    WebServer receiver([](const WebRequest &) { return WebResponse{204, {}, {}}; });
    std::ofstream(scratch / "publish.conf")
        << "[publish]\nuri=" << receiver.url() << "/of-nobodys-business\nsecret=" << secret << "\n";
    ::chmod((scratch / "publish.conf").c_str(), 0600);
    std::ofstream(scratch / "labels") << "[labels]\ngrace-hopper=Grace\n";

    auto environment = harmlessEnvironment();
    for (const auto &variable :
         std::vector<Variable>{{"OOTO_ENDPOINT", service->endpoint()},
                               {"OOTO_SINK", "fakesink"},
                               {"OOTO_TEST_FRAMES", "200"},
                               {"OOTO_TEST_LIMIT_S", "60"},
                               {"OOTO_PUBLISH_CREDENTIALS_FILE", scratch / "publish.conf"},
                               {"OOTO_CAMERA", "door"},
                               {"OOTO_PHOTOS", "message"},
                               {"OOTO_LABELS_FILE", scratch / "labels"},
                               {"XDG_STATE_HOME", scratch.path()}})
        environment.push_back(variable);
    const ProgramResult result =
        runProgram({SOURCE_ROOT "/pipelines/webhook", scratch / "clip.avi"}, environment);
    EXPECT_EQ(result.exitCode, 0) << result.errors;

    const auto requests = receiver.requests();
    ASSERT_TRUE(ofType(requests, "new"));
    EXPECT_TRUE(ofType(requests, "end")) << "told when the line stops";
    const WebRequest *answered = ofType(requests, "answered");
    ASSERT_TRUE(answered) << result.output;
    EXPECT_TRUE(has(answered->body, R"("camera":"door")"));
    EXPECT_TRUE(has(answered->body, R"("name":"Grace")"));
    const auto photo = service->requests().front().part("photo")->bytes;
    EXPECT_TRUE(has(answered->body, std::string(photo.begin(), photo.end())))
        << "the photo that the service was asked about";
    for (const WebRequest &request : requests) {
        EXPECT_TRUE(request.path.ends_with("/of-nobodys-business"));
        const auto signature = publish::webhookSignature(
            {system::Secret(secret)}, request.headers.at("webhook-id"),
            std::stoll(request.headers.at("webhook-timestamp")), request.body);
        ASSERT_TRUE(signature);
        EXPECT_EQ(request.headers.at("webhook-signature"), *signature);
    }
    EXPECT_FALSE(has(result.output + result.errors, "nobodys-business"));
}

TEST(WebhookLine, takesCamerasFilesAndStreams)
{
    auto environment = harmlessEnvironment();
    environment.push_back({"GST_LAUNCH", "/bin/echo"});
    environment.push_back({"OOTO_PUBLISH_PASSWORD", "aSecretPassword"});
    const auto lineFor = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), SOURCE_ROOT "/pipelines/webhook");
        return runProgram(arguments, environment).output;
    };
    EXPECT_TRUE(has(lineFor({}), "v4l2src device=/dev/video0 ! decodebin"));
    EXPECT_TRUE(has(lineFor({"rtsp://camera/x"}), "rtspsrc location=rtsp://camera/x "));
    EXPECT_TRUE(has(lineFor({"clip.mp4"}), "filesrc location=clip.mp4 ! decodebin"));
    EXPECT_TRUE(
        has(lineFor({}), "ootopublish uri=http://127.0.0.1:8000/ format=ooto photos=none "));
    environment.push_back({"OOTO_PUBLISH_CREDENTIALS_FILE", "/another/file"});
    EXPECT_TRUE(has(lineFor({}), "ootopublish credentials-file=/another/file format=ooto "))
        << "the uri of the file counts";
    environment.push_back({"OOTO_WEBHOOK", "https://example.com/hook"});
    EXPECT_TRUE(has(lineFor({}), "ootopublish credentials-file=/another/file "
                                 "uri=https://example.com/hook format=ooto "));
    environment.push_back({"OOTO_FORMAT", "ntfy"});
    EXPECT_TRUE(has(lineFor({}), " format=ntfy "));
    EXPECT_FALSE(has(lineFor({}), "aSecretPassword"));
}

} // namespace

} // namespace ooto::test
