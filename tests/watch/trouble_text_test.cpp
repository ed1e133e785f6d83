// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/trouble_text.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <memory>

namespace ooto::watch
{

namespace
{

CameraConfig camera()
{
    CameraConfig config;
    config.name = "door";
    config.uri = "rtsp://10.0.0.7/main";
    config.userPw = system::Secret("s3cret");
    return config;
}

TroubleScene ofSource()
{
    TroubleScene scene;
    scene.isSource = true;
    return scene;
}

/** The text of an error that an element of the source has. */
std::string told(GQuark domain, int code, const char *text, const char *debug,
                 const CameraConfig &config = camera(), const TroubleScene &scene = ofSource())
{
    GError *error = g_error_new_literal(domain, code, text);
    const std::unique_ptr<GstMessage, void (*)(GstMessage *)> message(
        gst_message_new_error(nullptr, error, debug),
        [](GstMessage *released) { gst_message_unref(released); });
    g_error_free(error);
    return troubleText(message.get(), config, scene);
}

TEST(TroubleText, hasNothingOfAUriButSchemeAndHost)
{
    const CameraConfig config = camera();
    EXPECT_EQ(withoutSecrets("Could not open \"rtsp://u:p@10.0.0.7:554/x?token=1\" now.", config),
              "Could not open \"rtsp://10.0.0.7:554\" now.");
    EXPECT_EQ(withoutSecrets("http://h/a and https://k#b", config), "http://h and https://k");
    EXPECT_EQ(withoutSecrets("rtsp://u:p/w@host/x", config), "rtsp://...");
    EXPECT_EQ(withoutSecrets("rtsp://host/x@y", config), "rtsp://...");
    EXPECT_EQ(withoutSecrets("pw s3cret\nof door", config), "pw *** of door");
}

TEST(TroubleText, neverHasTheDebugText)
{
    EXPECT_EQ(told(GST_CORE_ERROR, GST_CORE_ERROR_FAILED, "It broke.", "rtsp://u:s3cret@h/token"),
              "It broke.");
}

TEST(TroubleText, saysWhatToDo)
{
    EXPECT_EQ(told(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "Unauthorized", ""),
              "The camera refuses the user or the password: check user-id and user-pw.");
    CameraConfig file = camera();
    file.uri = "file:///nowhere";
    EXPECT_EQ(
        told(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "Resource not found.", "", file),
        "There is no such file: check uri.");
    EXPECT_EQ(told(GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND, "A plug-in is missing.", "",
                   camera(),
                   {.isSource = true, .sawNoVideo = false, .missingCodec = "AV1 decoder"}),
              "There is no decoder here for what the camera sends: AV1 decoder.");
    EXPECT_EQ(told(GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "No supported stream", "", camera(),
                   {.isSource = true, .sawNoVideo = true, .missingCodec = {}}),
              "The camera sends no video.");
}

TEST(TroubleText, hasTheNumberThatAServerAnswers)
{
    EXPECT_EQ(told(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ, "Unhandled error",
                   "gstrtspsrc.c(6954): gst_rtspsrc_send (): x:\nService Unavailable (503)"),
              "The camera answers with error 503.");
    EXPECT_EQ(told(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ, "Lost it.", "f.c(6954): (4x3) ()"),
              "Lost it.");
}

TEST(TroubleText, printsNothingThatALaunchLinesElementsSay)
{
    CameraConfig config = camera();
    config.uri.clear();
    config.launch = system::Secret("souphttpsrc location=http://h/ user-pw=other");
    EXPECT_EQ(told(GST_CORE_ERROR, GST_CORE_ERROR_FAILED, "other is wrong", "", config),
              "The launch line's source failed.");
}

} // namespace

} // namespace ooto::watch
